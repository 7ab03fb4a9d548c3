import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import type { CiRunRow } from "../store/ci-runs.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation } from "./operation.ts";
import { parseSince, sinceInput } from "./since.ts";
import { wholeNumber } from "./whole-number.ts";

export const ciRunRow = z
  .object({
    id: z.number().int(),
    provider: z.string(),
    repo_slug: z.string(),
    repository_id: z.number().int(),
    kind: z.enum(["workflow", "check", "status", "pipeline", "job", "build"]),
    run_id: z.string(),
    run_attempt: z.number().int(),
    commit_sha: z.string(),
    status: z.enum(["success", "failure", "cancelled", "skipped", "pending", "in_progress"]),
    workflow_name: z.string().nullable(),
    branch: z.string().nullable(),
    event: z.string().nullable(),
    url: z.string().nullable(),
    started_ts: z.string().nullable(),
    completed_ts: z.string().nullable(),
    updated_at: z.string(),
    truth_wanted: z.boolean().describe("Two facts claim the same moment, so the forge will be asked."),
  })
  .meta({ id: "CiRun" });

export function showCiRun(row: CiRunRow): z.output<typeof ciRunRow> {
  return { ...row, truth_wanted: row.truth_wanted !== 0 };
}

export const listCiRuns = operation({
  name: "listCiRuns",
  kind: "read",
  summary: "CI runs of every provider, last changed first.",
  input: z.object({
    ...listInput,
    repo: z.string().max(300).optional(),
    commit_sha: z
      .string()
      .regex(/^[0-9a-f]{4,64}$/, "is a commit id of 4 to 64 hex digits")
      .optional(),
    status: ciRunRow.shape.status.optional(),
    since: sinceInput,
  }),
  output: listOutput(ciRunRow),
  run: async ({ repo, commit_sha: commitSha, status, since, ...page }, { store, clock }) => {
    const named = {
      ...(repo === undefined ? {} : { repo }),
      ...(commitSha === undefined ? {} : { commitSha }),
      ...(status === undefined ? {} : { status }),
    };
    const from = parseSince(since, clock);
    const filter = { ...named, ...(from === undefined ? {} : { since: from }) };
    const list = await readList("runs", { ...named, since }, page, {
      page: (request) => store.ciRuns.list(filter, request),
      count: () => store.ciRuns.count(filter),
    });
    return { ...list, data: list.data.map(showCiRun) };
  },
});

export const getCiRun = operation({
  name: "getCiRun",
  kind: "read",
  summary: "One CI run with the payload that it came from.",
  input: z.object({ id: wholeNumber(1) }),
  output: ciRunRow.extend({ raw_json: z.string() }).meta({ id: "CiRunDetail" }),
  run: async ({ id }, { store }) => {
    const row = await store.ciRuns.get(id);
    if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no CI run ${id}.`);
    const { registers: _registers, ...shown } = row;
    return { ...showCiRun(shown), raw_json: row.raw_json };
  },
});
