import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

export const repositoryRow = z
  .object({
    id: z.number().int(),
    forge: z.enum(["github", "gitlab"]).nullable().describe("Null while only a CI system has spoken of it."),
    host: z.string().nullable(),
    slug: z.string(),
    url: z.string().nullable(),
    default_branch: z.string().nullable(),
    state: z.enum(["active", "deleted"]),
  })
  .meta({ id: "Repository" });

export const listRepositories = operation({
  name: "listRepositories",
  kind: "read",
  summary: "Repositories that were heard of, by name.",
  input: z.object(listInput),
  output: listOutput(repositoryRow),
  run: async (page, { store }) => {
    const list = await readList("repositories", {}, page, {
      page: (request) => store.repositories.list(request),
      count: () => store.repositories.count(),
    });
    return { ...list, data: list.data.map(showRepository) };
  },
});

export const getRepository = operation({
  name: "getRepository",
  kind: "read",
  summary: "One repository.",
  input: z.object({ id: wholeNumber(1) }),
  output: repositoryRow,
  run: async ({ id }, { store }) => {
    const row = await store.repositories.get(id);
    if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no repository with the id ${id}.`);
    return showRepository(row);
  },
});

function showRepository(row: RepositoryRow): z.output<typeof repositoryRow> {
  const { id, forge, host, slug, url, default_branch, state } = row;
  return { id, forge, host, slug, url, default_branch, state };
}
