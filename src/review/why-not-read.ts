import { posix } from "node:path";
import type { ChangedFile } from "../domain/change.ts";

/** Why a file has nothing that could be read as lines; null where it has. A renamed file without changed lines has its names. */
export function whyUnreadable({ kind, hunks, addedLines, deletedLines }: ChangedFile): string | null {
  if (hunks.length > 0) return null;
  if (kind !== "text") return unreadable[kind];
  return addedLines + deletedLines > 0 ? "its lines could not be had" : null;
}

const unreadable: Record<Exclude<ChangedFile["kind"], "text">, string> = {
  binary: "it is binary",
  symlink: "it is a symbolic link",
  submodule: "it is a submodule",
  unread: "the change has too many files",
};

/**
 * Why nobody wrote a file by hand, as far as its name and its first changed lines say; null where somebody did. Such files are read last, and only when
 * they are small. What they claim to be is their author's word: a file that is not read counts as not read, whatever its name.
 */
export function whyNotByHand(file: ChangedFile): string | null {
  const path = file.path.toLowerCase();
  const name = posix.basename(path);
  if (lockFiles.has(name)) return "it is a lock file";
  if (/(?:[.-]min\.(?:js|mjs|cjs|css)|\.bundle\.js|\.map)$/.test(name)) return "it is minified";
  if (generatedNames.test(name)) return "it is generated";
  if (/(?:^|\/)(?:node_modules|vendor|vendored|third_party|third-party|bower_components|pods)\//.test(path))
    return "it is vendored";
  if (/(?:^|\/)(?:dist|generated|__generated__|__snapshots__)\//.test(path) || name.endsWith(".snap"))
    return "it is generated";
  return byContent(file);
}

const lockFiles = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "deno.lock",
  "cargo.lock",
  "composer.lock",
  "gemfile.lock",
  "poetry.lock",
  "pdm.lock",
  "uv.lock",
  "pipfile.lock",
  "go.sum",
  "go.work.sum",
  "mix.lock",
  "pubspec.lock",
  "podfile.lock",
  "package.resolved",
  "flake.lock",
  "gradle.lockfile",
  "packages.lock.json",
  "conan.lock",
]);

const generatedNames =
  /(?:\.pb\.(?:go|cc|h)|_pb2(?:_grpc)?\.pyi?|\.g\.dart|\.freezed\.dart|\.designer\.cs|\.g\.cs|\.generated\.[a-z]+|_generated\.[a-z]+)$/;

const linesLookedAt = 20;

function byContent({ hunks, status }: ChangedFile): string | null {
  const first = hunks[0];
  if (first === undefined) return null;
  const head = first.lines.slice(0, linesLookedAt).map(({ text }) => text.slice(0, 400));
  const isAtTop = first.newStart <= 1 && (status === "added" || first.oldStart <= 1);
  if (isAtTop && head.some((line) => generatedSign.test(line))) return "it says that it is generated";
  const longest = Math.max(0, ...first.lines.slice(0, 200).map(({ text }) => text.length));
  return longest > 5000 ? "it is minified" : null;
}

/** Go's convention, Meta's mark, and what others write. */
const generatedSign =
  /@generated\b|\bcode generated\b.{0,80}\bdo not edit\b|\bauto-?generated\b.{0,80}\bdo not (?:edit|modify)\b/i;
