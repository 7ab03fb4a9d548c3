import { z } from "zod";
import { fitText, fitTitle } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, CheckReport, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, shaField, urlField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";

/**
 * Says beside a commit how it stands: as a check run where an App asks that may make one, else as a commit status, which everybody who may write can set.
 * Safe to repeat: a check run of ours with this name is changed, and of statuses with one name the last one counts.
 */
export async function reportCheck(
  client: GithubClient,
  appId: string | null,
  ref: ForgeRepositoryRef,
  report: CheckReport,
  options: CallOptions | undefined,
): Promise<{ url: string | null }> {
  if (appId === null) return await postStatus(client, ref, report, options);
  try {
    const known = await findCheckRun(client, appId, ref, report, options);
    // A run that has ended is not begun again: GitHub's own way is a new one, and the newest of a name is the one that counts.
    const isOver = known?.status === "completed" && report.state === "in_progress";
    return await putCheckRun(client, ref, known === null || isOver ? null : known.id, report, options);
  } catch (error) {
    // The App was not granted `checks`.
    if (error instanceof ForgeCallError && error.kind === "permission")
      return await postStatus(client, ref, report, options);
    throw error;
  }
}

async function findCheckRun(
  client: GithubClient,
  appId: string,
  ref: ForgeRepositoryRef,
  { sha, name }: CheckReport,
  options: CallOptions | undefined,
): Promise<{ id: string; status: string } | null> {
  return await client.inRepository(
    ref,
    (now) => ({
      what: `Looking for the check of ${sha.slice(0, 12)} in ${now.slug}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
      parameters: {
        ...ownerAndName(now),
        ref: sha,
        check_name: name,
        // An App may also be known by its client id, which is no number and no filter.
        ...(/^\d{1,15}$/.test(appId) ? { app_id: Number(appId) } : {}),
        filter: "latest",
        per_page: 1,
      },
      accept: (data) => {
        const [newest] = readAnswer(checkRunsAnswer, data).check_runs;
        if (newest === undefined) return null;
        mustBe("name", newest.name, name);
        mustBe("commit", newest.head_sha, sha);
        return newest;
      },
    }),
    options,
  );
}

/** Changes the run of this id; without one it makes one. */
function putCheckRun(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  id: string | null,
  report: CheckReport,
  options: CallOptions | undefined,
): Promise<{ url: string | null }> {
  const { sha, name, state, title, summary, url } = report;
  return client.inRepository(
    ref,
    (now) => ({
      what: `Reporting on ${sha.slice(0, 12)} in ${now.slug}`,
      kind: "write",
      route:
        id === null ? "POST /repos/{owner}/{repo}/check-runs" : "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
      parameters: {
        ...ownerAndName(now),
        ...(id === null ? { head_sha: sha } : { check_run_id: id }),
        name,
        ...(state === "in_progress" ? { status: "in_progress" } : { status: "completed", conclusion: state }),
        ...(url === null ? {} : { details_url: url }),
        output: { title: fitTitle(title, titleCharactersMax), summary: fitText(summary, summaryCharactersMax) },
      },
      accept: (data) => {
        const run = readAnswer(checkRunAnswer, data);
        mustBe("commit", run.head_sha, sha);
        mustBe("name", run.name, name);
        if (id !== null) mustBe("id", run.id, id);
        return { url: run.html_url };
      },
    }),
    options,
  );
}

function postStatus(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  { sha, name, state, title, url }: CheckReport,
  options: CallOptions | undefined,
): Promise<{ url: string | null }> {
  return client.inRepository(
    ref,
    (now) => ({
      what: `Setting a status of ${sha.slice(0, 12)} in ${now.slug}`,
      kind: "write",
      route: "POST /repos/{owner}/{repo}/statuses/{sha}",
      parameters: {
        ...ownerAndName(now),
        sha,
        context: name,
        state: statusStates[state],
        description: fitTitle(title, descriptionCharactersMax),
        ...(url === null ? {} : { target_url: url }),
      },
      accept: (data) => {
        const status = readAnswer(statusAnswer, data);
        mustBe("context", status.context, name);
        mustBe("state", status.state, statusStates[state]);
        mustBe("commit", /\/statuses\/([0-9a-f]+)$/.exec(status.url)?.[1] ?? "", sha);
        return { url };
      },
    }),
    options,
  );
}

/** A status cannot be neutral. What is no success must not look like one, and what has ended must not look as if it went on: `error` is what is left. */
const statusStates = { in_progress: "pending", success: "success", neutral: "error", failure: "failure" } as const;

const titleCharactersMax = 255;
const summaryCharactersMax = 65_535;
/** GitHub answers a longer description with 422. */
const descriptionCharactersMax = 140;

const checkRunAnswer = z.object({
  id: idField,
  name: z.string(),
  head_sha: shaField,
  status: z.string(),
  html_url: urlField.nullable(),
});

const checkRunsAnswer = z.object({ check_runs: z.array(checkRunAnswer) });

const statusAnswer = z.object({ url: z.string(), state: z.string(), context: z.string() });
