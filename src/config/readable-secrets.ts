import type { Config } from "../config.ts";

/** Every secret of the environment that can be read now, for redaction. What cannot be read cannot leak; whoever needs it says so. */
export function readableSecrets({ secrets }: Pick<Config, "secrets">): string[] {
  return Object.values(secrets).flatMap(({ current, previous }) =>
    [current, previous].flatMap((origin) => {
      try {
        return origin === null ? [] : [origin.read()];
      } catch {
        return [];
      }
    }),
  );
}
