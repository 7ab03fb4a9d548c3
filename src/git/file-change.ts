/**
 * One file's new content, or that it is gone. The path is bytes, relative to the root, with slashes. `bytes` may be asked more than once and answers the
 * same each time.
 */
export type FileChange =
  | {
      path: Buffer;
      kind: "put";
      mode: "100644" | "100755" | "120000";
      bytes: () => Buffer | AsyncIterable<Uint8Array>;
    }
  | { path: Buffer; kind: "delete" };

/** A path for people: as text where it is text, else with its strange bytes as `\xNN`. */
export function shownPath(path: Buffer): string {
  const text = path.toString("utf8");
  if (Buffer.from(text, "utf8").equals(path) && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return text;
  return path.toString("latin1").replaceAll(/[^\x20-\x7e]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
