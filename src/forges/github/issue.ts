import { z } from "zod";
import { fitText, fitTitle } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeIssue, ForgeRepositoryRef } from "../forge.ts";
import type { NewlyMade } from "../newly-made.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, mustHavePage, numberField, slugInApiUrl, urlField, userField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import { bodyCharactersMax, titleCharactersMax } from "./text-limits.ts";

/** Opens an issue. Sent once; GitHub would take a second one. */
export async function openIssue(
  client: GithubClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  { title, body }: { title: string; body: string },
  options: CallOptions | undefined,
): Promise<ForgeIssue> {
  const opened = await client.inRepository(
    ref,
    (now) => ({
      what: `Opening an issue in ${now.slug}`,
      kind: "write",
      route: "POST /repos/{owner}/{repo}/issues",
      parameters: {
        ...ownerAndName(now),
        title: fitTitle(title, titleCharactersMax),
        body: fitText(body, bodyCharactersMax),
      },
      accept: (data) => readIssueOf(now, data).issue,
    }),
    options,
  );
  newlyMade.add(nameOf(ref, opened.number));
  return opened;
}

/** GitHub counts a pull request as an issue too; here it is none, and not found. */
export async function readIssue(
  client: GithubClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ForgeIssue> {
  const { issue, isPullRequest } = await client.inRepository(
    ref,
    (now) => ({
      what: `Reading ${now.slug}#${number}`,
      kind: "read",
      isNew: newlyMade.has(nameOf(ref, number)),
      route: "GET /repos/{owner}/{repo}/issues/{issue_number}",
      parameters: { ...ownerAndName(now), issue_number: number },
      accept: (data) => {
        const found = readIssueOf(now, data);
        mustBe("number", found.issue.number, number);
        return found;
      },
    }),
    options,
  );
  if (isPullRequest)
    throw new ForgeCallError("not-found", "FORGE_NOT_FOUND", `${ref.slug}#${number} is a pull request and no issue.`);
  return issue;
}

/** Changes what is given and leaves the rest. A second call changes nothing more. */
export function changeIssue(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  number: number,
  { title, body, state }: { title?: string; body?: string; state?: "open" | "closed" },
  options: CallOptions | undefined,
): Promise<ForgeIssue> {
  return client.inRepository(
    ref,
    (now) => ({
      what: `Changing ${now.slug}#${number}`,
      kind: "write",
      route: "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
      parameters: {
        ...ownerAndName(now),
        issue_number: number,
        ...(title === undefined ? {} : { title: fitTitle(title, titleCharactersMax) }),
        ...(body === undefined ? {} : { body: fitText(body, bodyCharactersMax) }),
        ...(state === undefined ? {} : { state }),
      },
      accept: (data) => {
        const { issue } = readIssueOf(now, data);
        mustBe("number", issue.number, number);
        return issue;
      },
    }),
    options,
  );
}

function nameOf(ref: ForgeRepositoryRef, number: number): string {
  return `${ref.slug.toLowerCase()}#${number}`;
}

function readIssueOf(ref: ForgeRepositoryRef, data: unknown): z.output<typeof issueAnswer> {
  const answer = readAnswer(issueAnswer, data);
  mustBe("repository", answer.slug, ref.slug);
  mustHavePage(answer.issue.url, `/${answer.issue.number}`);
  return answer;
}

const issueAnswer = z
  .object({
    number: numberField,
    id: idField,
    html_url: urlField,
    repository_url: z.string(),
    title: z.string(),
    body: z.string().nullish(),
    state: z.enum(["open", "closed"]),
    user: userField.nullable(),
    pull_request: z.unknown().optional(),
  })
  .transform((answer): { issue: ForgeIssue; slug: string; isPullRequest: boolean } => ({
    slug: slugInApiUrl(answer.repository_url),
    isPullRequest: answer.pull_request !== undefined && answer.pull_request !== null,
    issue: {
      number: answer.number,
      id: answer.id,
      url: answer.html_url,
      title: answer.title,
      body: answer.body ?? "",
      state: answer.state,
      author: answer.user,
    },
  }));
