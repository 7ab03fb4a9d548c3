import { ownNodeFolder } from "../sandbox/own-node.ts";

/** Where everything stands inside. */
export const inside = {
  files: "/src",
  out: "/out",
  home: "/home/agent",
  modelPort: 4317,
} as const;

/** Not a key: what stands in the place of one, for programs that refuse to start without. The proxy puts the key to each request. */
export const standInKey = "proxy";

/** All that an agent sees of an environment. */
export function agentEnvironment(more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: `${ownNodeFolder}:/usr/local/bin:/usr/bin:/bin`,
    HOME: inside.home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    TMPDIR: "/tmp",
    NO_COLOR: "1",
    CI: "1",
    ...more,
  };
}

export const openaiBaseInside = `http://127.0.0.1:${inside.modelPort}/v1`;
export const anthropicBaseInside = `http://127.0.0.1:${inside.modelPort}`;
