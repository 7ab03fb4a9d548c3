import { Issues } from "@gitbeaker/rest";
import { z } from "zod";
import { fitText, fitTitle } from "../fit-text.ts";
import type { CallOptions, ForgeIssue, ForgeRepositoryRef } from "../forge.ts";
import type { NewlyMade } from "../newly-made.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, mustBePageOf, numberField, urlField, userField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";
import { descriptionCharactersMax, titleCharactersMax } from "./text-limits.ts";

/** Opens an issue. Sent once; GitLab would take a second one. */
export async function openIssue(
  client: GitlabClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  { title, body }: { title: string; body: string },
  options: CallOptions | undefined,
): Promise<ForgeIssue> {
  const opened = await client.inProject(
    ref,
    (now) => ({
      what: `Opening an issue in ${now.slug}`,
      kind: "write",
      send: (resources) =>
        new Issues(resources).create(now.slug, fitTitle(title, titleCharactersMax), {
          description: fitText(body, descriptionCharactersMax),
        }),
      accept: (data) => readIssueOf(now, data),
    }),
    options,
  );
  newlyMade.add(nameOf(ref, opened.number));
  return opened;
}

export function readIssue(
  client: GitlabClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ForgeIssue> {
  return client.inProject(
    ref,
    (now) => ({
      what: `Reading ${now.slug}#${number}`,
      kind: "read",
      isNew: newlyMade.has(nameOf(ref, number)),
      send: (resources) => new Issues(resources).show(number, { projectId: now.slug }),
      accept: (data) => numbered(readIssueOf(now, data), number),
    }),
    options,
  );
}

/** Changes what is given and leaves the rest. A second call changes nothing more. */
export async function changeIssue(
  client: GitlabClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  number: number,
  { title, body, state }: { title?: string; body?: string; state?: "open" | "closed" },
  options: CallOptions | undefined,
): Promise<ForgeIssue> {
  // GitLab refuses to change nothing.
  if (title === undefined && body === undefined && state === undefined)
    return await readIssue(client, newlyMade, ref, number, options);
  return await client.inProject(
    ref,
    (now) => ({
      what: `Changing ${now.slug}#${number}`,
      kind: "write",
      send: (resources) =>
        new Issues(resources).edit(now.slug, number, {
          ...(title === undefined ? {} : { title: fitTitle(title, titleCharactersMax) }),
          ...(body === undefined ? {} : { description: fitText(body, descriptionCharactersMax) }),
          ...(state === undefined ? {} : { stateEvent: state === "closed" ? "close" : "reopen" }),
        }),
      accept: (data) => numbered(readIssueOf(now, data), number),
    }),
    options,
  );
}

function nameOf(ref: ForgeRepositoryRef, number: number): string {
  return `${ref.slug.toLowerCase()}#${number}`;
}

function readIssueOf(ref: ForgeRepositoryRef, data: unknown): ForgeIssue {
  const issue = readAnswer(issueAnswer, data);
  mustBePageOf(ref.slug, issue.number, issue.url);
  return issue;
}

function numbered(issue: ForgeIssue, number: number): ForgeIssue {
  mustBe("number", issue.number, number);
  return issue;
}

const issueAnswer = z
  .object({
    id: idField,
    iid: numberField,
    web_url: urlField,
    title: z.string(),
    description: z.string().nullish(),
    state: z.enum(["opened", "closed"]),
    author: userField.nullish(),
  })
  .transform((answer): ForgeIssue => ({
    number: answer.iid,
    id: answer.id,
    url: answer.web_url,
    title: answer.title,
    body: answer.description ?? "",
    state: answer.state === "closed" ? "closed" : "open",
    author: answer.author ?? null,
  }));
