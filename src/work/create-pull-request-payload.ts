import { realpath } from "node:fs/promises";
import { isAbsolute, resolve, sep } from "node:path";
import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { readPayload, somePath } from "./read-payload.ts";

const name = z.string().min(1).max(255);

/** What `create_pull_request` is asked with; seed 001's names. Unknown fields are kept out, not refused: a chain may hand on more than one worker needs. */
export const createPullRequestPayload = z.object({
  /** The checkout that holds the work; the working directory unless told. */
  checkout: somePath.optional(),
  /** Where the artifacts go, in `github_pr/`; relative to the checkout. */
  issue_dir: somePath.optional(),
  /** What was done and why, in Markdown. Without it: `commit_log.md` or `codex_implementation/commit_log.md` in `issue_dir`, then in the checkout. */
  commit_log_path: somePath.optional(),
  /** What an implementer left; where it names work that was kept from a copy, that is the work, and not the checkout's. */
  implementation_result_path: somePath.optional(),
  /** Only these, where the work says which files it changed. */
  changed_files: z.array(somePath).max(10_000).optional(),
  /** Whose work it is; becomes the trailer `Pullwright-Session`. */
  session_id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, "has letters, digits, `.`, `_`, `:` and `-`")
    .optional(),
  /** `https://host/owner/repo` or `owner/repo`; else the checkout's remote says, else the configuration. */
  repository: z.string().max(2048).optional(),
  base_branch: name.optional(),
  title: z.string().max(1000).optional(),
  draft: z.boolean().optional(),
});

/** The payload with its paths made absolute. */
export type CreatePullRequestPayload = Omit<z.output<typeof createPullRequestPayload>, "checkout"> & {
  checkout: string;
};

/**
 * Reads the payload. Paths are relative to the checkout, and that to `workingDirectory`; one that leads through a link is the place that it leads to. What is to
 * be committed and read lies in the checkout; only the artifacts' folder may lie elsewhere, and the log in it.
 *
 * @throws PullwrightError PAYLOAD_INVALID naming the field
 */
export async function readCreatePullRequestPayload(
  payload: Record<string, unknown>,
  workingDirectory: string,
): Promise<CreatePullRequestPayload> {
  const data = readPayload(createPullRequestPayload, payload);
  const named = resolve(workingDirectory, data.checkout ?? ".");
  const checkout = await realpath(named).catch(() => named);
  /** Below the checkout, by whichever of its names it was reached. */
  const at = (given: string): string => {
    const path = resolve(checkout, given);
    return path.startsWith(named + sep) ? checkout + path.slice(named.length) : path;
  };
  const issueDir = data.issue_dir === undefined ? undefined : at(data.issue_dir);
  return {
    ...data,
    checkout,
    ...(issueDir === undefined ? {} : { issue_dir: issueDir }),
    ...(data.commit_log_path === undefined
      ? {}
      : { commit_log_path: logIn([checkout, issueDir], at(data.commit_log_path), data.commit_log_path) }),
    ...(data.implementation_result_path === undefined
      ? {}
      : { implementation_result_path: at(data.implementation_result_path) }),
    ...(data.changed_files === undefined
      ? {}
      : { changed_files: data.changed_files.map((file) => pathInTree(checkout, at(file), file)) }),
  };
}

/** The log becomes public: an agent that names another file of this machine as its log gets nothing. */
function logIn(folders: (string | undefined)[], path: string, given: string): string {
  if (folders.some((folder) => folder !== undefined && path.startsWith(folder + sep))) return path;
  throw new PullwrightError(
    "PAYLOAD_INVALID",
    `commit_log_path: ${JSON.stringify(given)} is neither in the checkout nor in issue_dir.`,
  );
}

/** A file's path in the tree: relative to the checkout, and in it. */
function pathInTree(checkout: string, whole: string, given: string): string {
  if (!whole.startsWith(checkout + sep))
    throw new PullwrightError(
      "PAYLOAD_INVALID",
      `changed_files: ${JSON.stringify(given)} is not in the checkout. Name files relative to it.`,
    );
  // As it was written, where it is a plain relative path: resolving tidies away what a name may end with.
  const isPlain = !isAbsolute(given) && !/(^|\/)\.\.?(\/|$)|\/\//.test(given);
  return isPlain ? given : whole.slice(checkout.length + 1);
}
