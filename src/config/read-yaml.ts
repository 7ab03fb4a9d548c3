import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { nearest } from "./nearest.ts";
import type { ConfiguredSource } from "../config.ts";

/** A parsed pullwright.yaml that knows the line of everything in it. */
export type YamlFile = {
  get: (key: string) => { value: unknown; where: string } | undefined;
  /** Throws CONFIG_INVALID for a key that is none, with its line and the nearest known one. */
  refuseUnknownKeys: (known: readonly string[]) => void;
  sources: () => ConfiguredSource[];
};

const sourceSchema = z.strictObject({
  provider: z.enum(["github", "gitlab", "ci"]),
  secret_ref: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "is a name in the secrets directory"),
  repositories: z.array(z.string().regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/, "is owner/repo")).default([]),
});
const sourceName = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** These names are the paths' own. */
const reservedNames = ["github", "gitlab", "ci", "health"];

/** Reads the file's text. An empty one is a file without settings. Throws CONFIG_INVALID with line and column for what is no YAML. */
export function readYaml(text: string, path: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const at = (offset: number | undefined): string => {
    if (offset === undefined) return path;
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken !== undefined)
    throw new PullwrightError("CONFIG_INVALID", `${at(broken.pos[0])}: ${broken.message.split("\n", 1)[0]}`);
  const root: unknown = document.toJS({ maxAliasCount: 50 }) ?? {};
  if (typeof root !== "object" || Array.isArray(root))
    throw new PullwrightError("CONFIG_INVALID", `${path}: the file is a map of settings.`);

  const whereIs = (keys: string[]): string => {
    const node: unknown = document.getIn(keys, true);
    return `${at(isNode(node) ? node.range?.[0] : undefined)} ${keys.join(".")}`;
  };

  return {
    get: (key) => {
      const keys = key.split(".");
      const value = plainIn(root, keys);
      return value === undefined ? undefined : { value, where: whereIs(keys) };
    },
    refuseUnknownKeys: (known) => {
      for (const { keys, offset } of leaves(document.contents, [])) {
        const key = keys.join(".");
        if (keys[0] === "sources" || known.includes(key)) continue;
        if (known.some((candidate) => candidate.startsWith(`${key}.`)))
          throw new PullwrightError(
            "CONFIG_INVALID",
            `${at(offset)}: ${key} is a group of settings, such as ${known.find((candidate) => candidate.startsWith(`${key}.`))}.`,
          );
        throw new PullwrightError(
          "CONFIG_INVALID",
          `${at(offset)}: ${key} is not a setting. The nearest is ${nearest(key, [...known, ...groupsOf(known), "sources"])}.`,
        );
      }
    },
    sources: () => {
      const sources = plainIn(root, ["sources"]) ?? {};
      if (typeof sources !== "object" || Array.isArray(sources))
        throw new PullwrightError(
          "CONFIG_INVALID",
          `${whereIs(["sources"])}: sources is a map from a name to its settings.`,
        );
      return Object.entries(sources as Record<string, unknown>).map(([name, value]) => {
        const where = whereIs(["sources", name]);
        if (!sourceName.test(name) || reservedNames.includes(name))
          throw new PullwrightError(
            "CONFIG_INVALID",
            `${where}: a source's name has lower-case letters, digits and dashes, and is not one of ${reservedNames.join(", ")}.`,
          );
        const parsed = sourceSchema.safeParse(value);
        if (!parsed.success) {
          const issue = parsed.error.issues[0];
          throw new PullwrightError(
            "CONFIG_INVALID",
            `${where}${issue === undefined || issue.path.length === 0 ? "" : `.${issue.path.join(".")}`}: ${issue?.message ?? "has another form"}.`,
          );
        }
        return {
          name,
          provider: parsed.data.provider,
          secretRef: parsed.data.secret_ref,
          repositories: parsed.data.repositories,
        };
      });
    },
  };
}

/** `receiver.port` stands in the group `receiver`. */
function groupsOf(keys: readonly string[]): string[] {
  return [
    ...new Set(keys.flatMap((key) => key.split(".").map((_part, depth, parts) => parts.slice(0, depth).join(".")))),
  ].filter((group) => group !== "");
}

function plainIn(root: unknown, keys: string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (value !== null && typeof value === "object" ? (value as Record<string, unknown>)[key] : undefined),
    root,
  );
}

function leaves(node: unknown, keys: string[]): { keys: string[]; offset: number | undefined }[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((item) => {
    const key = isScalar(item.key) ? String(item.key.value) : "";
    const path = [...keys, key];
    const offset = isScalar(item.key) ? item.key.range?.[0] : undefined;
    return isMap(item.value) && path[0] !== "sources" && item.value.items.length > 0
      ? leaves(item.value, path)
      : [{ keys: path, offset }];
  });
}
