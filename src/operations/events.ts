import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

export const eventRow = z
  .object({
    id: z.number().int(),
    delivery_id: z.number().int().nullable().describe("Null for what an operator asked for."),
    kind: z.string(),
    repository_id: z.number().int().nullable(),
    repo_slug: z.string().nullable(),
    subject_kind: z.string(),
    subject_ref: z.string(),
    commit_sha: z.string().nullable(),
    actor: z.string().nullable().describe("Login of who did it. Logins change hands."),
    actor_id: z.string().nullable().describe("The forge's numeric id of who did it; null where it did not say."),
    occurred_at: z.string(),
    recorded_at: z.string(),
    summary: z.string(),
  })
  .meta({ id: "Event" });

export const listEvents = operation({
  name: "listEvents",
  kind: "read",
  summary: "What happened, newest first. The same path with `Accept: text/event-stream` tells it as it happens.",
  input: z.object({ ...listInput, repo: z.string().max(300).optional(), kind: z.string().max(100).optional() }),
  output: listOutput(eventRow),
  run: ({ repo, kind, ...page }, { store }) => {
    const filter = { ...(repo === undefined ? {} : { repo }), ...(kind === undefined ? {} : { kind }) };
    return readList("events", filter, page, {
      page: (request) => store.events.list(filter, request),
      count: () => store.events.count(filter),
    });
  },
});

export const getEvent = operation({
  name: "getEvent",
  kind: "read",
  summary: "One event.",
  input: z.object({ id: wholeNumber(1) }),
  output: eventRow,
  run: async ({ id }, { store }) => {
    const row = await store.events.get(id);
    if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no event ${id}.`);
    return row;
  },
});
