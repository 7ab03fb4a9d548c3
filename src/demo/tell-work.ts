import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import type { AskService, Work } from "./ask-service.ts";
import type { FakeMergeRequest } from "./local-forge/gitlab/gitlab-state.ts";
import type { LocalForge } from "./local-forge/local-forge.ts";
import { nameOf } from "./request-name.ts";
import type { StoryLine } from "./story-line.ts";
import { mend, tellFirstReview, tellReviewByWebhook, tellSecondReview } from "./tell-reviews.ts";
import { arrivalPlan, leakyPlan, mendedArrival, type Plan } from "./work-at-shop.ts";

export type TellWorkDeps = {
  forge: LocalForge;
  service: AskService;
  /** Where the agent finds its checkouts, and people find them afterwards. */
  checkoutsDir: string;
  appUrl: string;
  clock: Clock;
  /** Without the time: that is when it is said. */
  onLine: (line: Omit<StoryLine, "atSeconds">) => void;
};

/** When the plans come, in seconds of the story. */
const arrivalAtSeconds = 14;
const personAtSeconds = 41;
const leakAtSeconds = 50;
const workMsMax = 60_000;
const lookMs = 50;
/** Forges' clocks have whole seconds: what happens there one after the other has a second of its own, however fast the story is told. */
const forgeSecondMs = 1100;

/**
 * Tells the part of the story that nobody plays: two plans come by the API, a program executes them, and what it did becomes a merge request by real git
 * at the local forge, or rightly does not. Another program reviews what is opened there and pushed. People at the forge do the rest. Nothing is told before it has
 * happened. True when all came as it should; ends early, without an error, when `stopping` is aborted.
 */
export async function tellWork(speed: number, stopping: AbortSignal, deps: TellWorkDeps): Promise<boolean> {
  const pause = (seconds: number, msMin = 0): Promise<void> =>
    wait(Math.max((seconds * 1000) / speed, msMin), undefined, { signal: stopping });
  const begun = performance.now();
  const until = (seconds: number): Promise<void> =>
    pause(Math.max(0, seconds - ((performance.now() - begun) * speed) / 1000));
  try {
    await until(arrivalAtSeconds);
    const opened = await openByWork(stopping, deps);
    if (opened === "git-too-old") return true;
    const found = opened !== null && (await mendByPeople(opened, pause, stopping, deps));
    await until(personAtSeconds);
    const heard = await tellReviewByWebhook(stopping, deps);
    await until(leakAtSeconds);
    const stopped = await stopLeak(stopping, deps);
    const mended = opened !== null && (await tellSecondReview(opened, stopping, deps));
    if (opened !== null) await mergeByPeople(opened, pause, deps);
    await deps.forge.settled();
    return found && heard && stopped && mended;
  } catch (error) {
    if (stopping.aborted) return true;
    throw error;
  }
}

async function openByWork(stopping: AbortSignal, deps: TellWorkDeps): Promise<FakeMergeRequest | "git-too-old" | null> {
  const { forge, service, appUrl, onLine } = deps;
  forge.loseNextAnswer();
  const work = await perform(arrivalPlan, stopping, deps);
  const [request, ...others] = forge.mergeRequests();
  if (lacksGit(work)) {
    onLine({ mark: "noted", text: [`${reasonOf(work)} What agents do is left out from here on.`] });
    return "git-too-old";
  }
  const opening = work.commands.find(({ type }) => type === "create_pull_request");
  if (opening?.state !== "succeeded" || request === undefined || others.length > 0) {
    onLine({
      mark: "wrong",
      text: [`${arrivalPlan.workflowId} is ${work.state}, ${forge.mergeRequests().length} opened: ${reasonOf(work)}`],
    });
    return null;
  }
  onLine({
    mark: "fine",
    text: [
      `${nameOf(request, forge)} opened by Pullwright as a draft: one branch and one commit, pushed by git over https`,
      forge.pageOf(request),
    ],
  });
  if ((await service.doneOutside(opening.id)).includes("effect.found"))
    onLine({
      mark: "noted",
      text: [
        "the forge's answer to that was lost on the way; Pullwright looked, found it open, and opened no second one",
        `${appUrl}/audit?actor=${encodeURIComponent(`command ${opening.id}`)}`,
      ],
    });
  return request;
}

type Pause = (seconds: number, msMin: number) => Promise<void>;

/** What the agent forgot the tests do not see, and the review does. */
async function mendByPeople(
  request: FakeMergeRequest,
  pause: Pause,
  stopping: AbortSignal,
  deps: TellWorkDeps,
): Promise<boolean> {
  await pause(2, forgeSecondMs);
  const endFirst = beginPipeline(request, { id: 88_001, by: "acme-agent" }, deps);
  const found = await tellFirstReview(request, stopping, deps);
  await pause(4, forgeSecondMs);
  endFirst();
  await pause(3, forgeSecondMs);
  await mend(request, deps);
  await pause(2, forgeSecondMs);
  const endSecond = beginPipeline(request, { id: 88_002, by: mendedArrival.by }, deps);
  await pause(4, forgeSecondMs);
  endSecond();
  return found;
}

/** Gives what ends it well. */
function beginPipeline(
  request: FakeMergeRequest,
  { id, by }: { id: number; by: string },
  { forge, clock, onLine }: TellWorkDeps,
): () => void {
  const { sourceBranch: branch, sha } = request;
  const pipeline = { id, name: "test", branch, sha, startedAt: clock().toISOString() };
  const line = `${nameOf(request, forge)}: test on gitlab-ci`;
  forge.tellPipeline(by, { ...pipeline, status: "running", endedAt: null });
  onLine({ mark: "fine", text: [`${line}, in progress`] });
  return () => {
    forge.tellPipeline(by, { ...pipeline, status: "success", endedAt: clock().toISOString() });
    onLine({ mark: "fine", text: [`${line}, success`] });
  };
}

async function mergeByPeople(request: FakeMergeRequest, pause: Pause, { forge, onLine }: TellWorkDeps): Promise<void> {
  const name = nameOf(request, forge);
  await pause(2, forgeSecondMs);
  forge.markReady("mira-holt", request);
  onLine({ mark: "fine", text: [`${name} is ready for review`] });
  await pause(4, forgeSecondMs);
  await forge.merge("mira-holt", request);
  onLine({ mark: "fine", text: [`${name} merged by mira-holt (merge commit)`] });
}

async function stopLeak(stopping: AbortSignal, deps: TellWorkDeps): Promise<boolean> {
  const { forge, onLine, appUrl } = deps;
  const work = await perform(leakyPlan, stopping, deps);
  const refs = await forge.repositories.refs(forge.slug);
  const isHeld = [...refs.keys()].every((ref) => !ref.endsWith(leakyPlan.workflowId));
  const isRight = isHeld && work.state === "failed" && work.commands.at(-1)?.outcome_code === "SECRET_IN_WORK";
  onLine({
    mark: isRight ? "noted" : "wrong",
    text: [
      `${leakyPlan.workflowId} stopped before anything was pushed: ${reasonOf(work)}`,
      `${appUrl}/workflows/${leakyPlan.workflowId}`,
    ],
  });
  return isRight;
}

/** Gives the agent a checkout, asks for the plan, and waits until it has become a merge request or nothing more follows. */
async function perform(
  { workflowId, title, text }: Plan,
  stopping: AbortSignal,
  { forge, service, checkoutsDir, onLine }: TellWorkDeps,
): Promise<Work> {
  const checkout = join(checkoutsDir, workflowId);
  await forge.checkOut(checkout, { ".env": `FORGE_URL=${forge.apiBaseUrl}\nFORGE_TOKEN=${forge.token}\n` });
  await service.startWork({
    workflow_id: workflowId,
    title,
    repository: `${forge.origin}/${forge.slug}`,
    checkout,
    plan: text,
  });
  onLine({ mark: "fine", text: [`${workflowId} asked of the agent, by the API: ${title}`] });
  const deadline = performance.now() + workMsMax;
  let isExecuted = false;
  for (;;) {
    const work = await service.work(workflowId);
    const execution = work.commands.find(({ type }) => type === "execute_plan");
    if (!isExecuted && execution?.state === "succeeded") {
      isExecuted = true;
      onLine({ mark: "fine", text: [`${workflowId} executed by the agent, a program of its own, in ${checkout}`] });
    }
    const isOpened = work.commands.some(({ type, state }) => type === "create_pull_request" && state === "succeeded");
    if (isOpened || work.state !== "active" || lacksGit(work) || performance.now() > deadline) return work;
    await wait(lookMs, undefined, { signal: stopping });
  }
}

/** Pullwright asks more of git than the forge here does; it would try again for a while. */
function lacksGit({ commands }: Work): boolean {
  return commands.some(({ outcome_code }) => outcome_code === "GIT_UNAVAILABLE");
}

function reasonOf({ commands }: Work): string {
  const last = commands.findLast(({ outcome_code }) => outcome_code !== null);
  return last === undefined ? "nobody says why" : `${last.outcome_code}. ${last.outcome_because ?? ""}`;
}
