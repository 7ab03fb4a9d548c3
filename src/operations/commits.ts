import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import type { CommitRow } from "../store/commits.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation } from "./operation.ts";
import { parseSince, sinceInput } from "./since.ts";
import { wholeNumber } from "./whole-number.ts";

export const commitRow = z
  .object({
    id: z.number().int(),
    repository_id: z.number().int(),
    sha: z.string(),
    subject: z.string(),
    author_name: z.string(),
    url: z.string().nullable(),
    committed_at: z.string(),
    landed_at: z.string().nullable().describe("When it came to the default branch; null when it has not."),
    landed_by_sha: z.string().nullable(),
    reverted_at: z.string().nullable(),
  })
  .meta({ id: "Commit" });

export const listCommits = operation({
  name: "listCommits",
  kind: "read",
  summary: "Commits as pushes listed them, newest first.",
  input: z.object({ ...listInput, repository_id: wholeNumber(1).optional(), since: sinceInput }),
  output: listOutput(commitRow),
  run: async ({ repository_id: repositoryId, since, ...page }, { store, clock }) => {
    const from = parseSince(since, clock);
    const filter = {
      ...(repositoryId === undefined ? {} : { repositoryId }),
      ...(from === undefined ? {} : { since: from }),
    };
    const list = await readList("commits", { repositoryId, since }, page, {
      page: (request) => store.commits.list(filter, request),
      count: () => store.commits.count(filter),
    });
    return { ...list, data: list.data.map(showCommit) };
  },
});

export const getCommit = operation({
  name: "getCommit",
  kind: "read",
  summary: "One commit with its message.",
  input: z.object({ id: wholeNumber(1) }),
  output: commitRow.extend({ message: z.string() }).meta({ id: "CommitDetail" }),
  run: async ({ id }, { store }) => {
    const row = await store.commits.get(id);
    if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no commit with the id ${id}.`);
    return { ...showCommit(row), message: row.message };
  },
});

/** Without the author's e-mail address: attribution reads it from the store, no door shows it. */
function showCommit({ author_email: _email, message: _message, ...shown }: CommitRow): z.output<typeof commitRow> {
  return shown;
}
