import { PullwrightError } from "../domain/error.ts";
import { nulEnded } from "./nul-ended.ts";
import { idBytesOf, type ObjectFormat } from "./object-id.ts";
import { gitFailed, type GitSaid } from "./run-git.ts";
import { parseTree, type TreeEntry } from "./tree-entry.ts";

/** The folders of a commit that were asked for, by path as latin1 (`""` is the root); a path that is no folder there is missing. */
export type BaseTrees = { rootId: string; folders: Map<string, TreeEntry[]> };

type RunGit = (command: { args: string[]; stdin: Uint8Array; stdoutBytesMax: number }) => Promise<GitSaid>;

/**
 * Reads the root and some folders of a commit with one git, however many there are. The paths are asked for as they are; whoever uses a folder looks at
 * its parent's entry first, because what stands at the path may be a file.
 *
 * @throws {PullwrightError} GIT_FAILED when the commit is not there
 */
export async function readTrees(
  commitSha: string,
  folderPaths: Iterable<string>,
  { format, run, redact }: { format: ObjectFormat; run: RunGit; redact: (text: string) => string },
): Promise<BaseTrees> {
  const questions = ["", ...folderPaths].map((path) => Buffer.from(`${commitSha}:${path}`, "latin1"));
  const args = ["cat-file", "--batch", "-z"];
  const said = await run({
    args,
    stdin: nulEnded(questions),
    stdoutBytesMax: 512 * 1024 * 1024,
  });
  if (said.code !== 0) throw gitFailed(args, said, redact);

  const folders = new Map<string, TreeEntry[]>();
  let rootId = "";
  let at = 0;
  for (const question of questions) {
    const answer = answerTo(question, said.stdout, at);
    at = answer.end;
    if (answer.kind !== "tree") continue;
    const path = question.toString("latin1", commitSha.length + 1);
    if (path === "") rootId = answer.id;
    folders.set(path, parseTree(answer.bytes, idBytesOf[format]));
  }
  if (rootId === "") throw new PullwrightError("GIT_FAILED", `The commit ${commitSha} is not in the mirror.`);
  return { rootId, folders };
}

type Answer = { kind: "tree"; id: string; bytes: Buffer; end: number } | { kind: "none"; end: number };

/** An answer is `<id> <type> <length>`, a line feed, that many bytes and a line feed; or the question and `missing`. */
function answerTo(question: Buffer, output: Buffer, at: number): Answer {
  const absent = Buffer.concat([question, Buffer.from(" missing\n")]);
  if (output.subarray(at, at + absent.length).equals(absent)) return { kind: "none", end: at + absent.length };
  const lineEnd = output.indexOf(0x0a, at);
  const [id = "", type, length] = output.toString("latin1", at, lineEnd).split(" ");
  const begin = lineEnd + 1;
  const end = begin + Number(length);
  if (lineEnd < 0 || !(end < output.length)) throw new PullwrightError("GIT_FAILED", "git cat-file broke off.");
  if (type !== "tree") return { kind: "none", end: end + 1 };
  return { kind: "tree", id, bytes: output.subarray(begin, end), end: end + 1 };
}
