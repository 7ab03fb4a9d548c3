import { Commits } from "@gitbeaker/rest";
import { z } from "zod";
import { fitTitle } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, CheckReport, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { mustBe, shaField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";

/**
 * Says beside a commit how it stands, as a commit status. Safe to repeat: a status that has not ended is changed, after one that has ended the newest
 * counts, and to be told what it already says GitLab refuses, which is as good as done. A commit that is on no branch of the project, as a fork's, has
 * nowhere to stand: `not-found`.
 */
export async function reportCheck(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  report: CheckReport,
  options: CallOptions | undefined,
): Promise<{ url: string | null }> {
  try {
    return await setStatus(client, ref, report, options);
  } catch (error) {
    if (!isNoTransition(error) || !(await stands(client, ref, report, options))) throw error;
    return { url: report.url };
  }
}

function setStatus(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  { sha, name, state, title, url }: CheckReport,
  options: CallOptions | undefined,
): Promise<{ url: string | null }> {
  return client.inProject(
    ref,
    (now) => ({
      what: `Setting a status of ${sha.slice(0, 12)} in ${now.slug}`,
      kind: "write",
      send: (resources) =>
        new Commits(resources).editStatus(now.slug, sha, states[state], {
          name,
          description: fitTitle(title, fieldCharactersMax),
          ...(url === null || url.length > fieldCharactersMax ? {} : { targetUrl: url }),
        }),
      accept: (data) => {
        const status = readAnswer(statusAnswer, data);
        mustBe("commit", status.sha, sha);
        mustBe("name", status.name, name);
        mustBe("status", status.status, states[state]);
        return { url };
      },
    }),
    options,
  );
}

/** Whether the newest status of this name says so already. */
function stands(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  { sha, name, state }: CheckReport,
  options: CallOptions | undefined,
): Promise<boolean> {
  return client.inProject(
    ref,
    (now) => ({
      what: `Reading the statuses of ${sha.slice(0, 12)} in ${now.slug}`,
      kind: "read",
      send: (resources) => new Commits(resources).allStatuses(now.slug, sha, { name }),
      accept: (data) =>
        readAnswer(z.array(statusAnswer), data).some(
          (status) => status.sha === sha && status.name === name && status.status === states[state],
        ),
    }),
    options,
  );
}

/** "Cannot transition status via :enqueue from :running" */
function isNoTransition(error: unknown): boolean {
  return error instanceof ForgeCallError && error.status === 400 && /\bcannot transition status\b/i.test(error.message);
}

/** A status cannot be neutral. What is no success must not look like one, nor be red, nor seem to go on: `canceled` is what is left, and is grey. */
const states = { in_progress: "running", success: "success", neutral: "canceled", failure: "failed" } as const;

/** Of a description and of an address. */
const fieldCharactersMax = 255;

const statusAnswer = z.object({ sha: shaField, name: z.string(), status: z.string() });
