import type { ApiAnswer } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { createCheckRun, createStatus, listCheckRuns, updateCheckRun } from "./checks.ts";
import { compare, listPullsOfCommit, showCommit } from "./commits.ts";
import { showPermission } from "./permissions.ts";
import { createReview } from "./reviews.ts";
import type { FakeRepository, World } from "./world.ts";

type Handler = (call: ApiCall, repository: FakeRepository, part: string, world: World) => Promise<ApiAnswer>;

/** What the emulator does not do, or not as GitHub does; `part` is what the brackets found. */
const routes: [method: string, path: RegExp, handler: Handler][] = [
  [
    "POST",
    /^\/pulls\/(\d+)\/reviews$/,
    (call, repository, part, world) => createReview(call, repository, Number(part), world),
  ],
  ["GET", /^\/compare\/([^/]+)$/, compare],
  ["GET", /^\/commits\/([^/]+)$/, showCommit],
  ["GET", /^\/commits\/([^/]+)\/pulls$/, listPullsOfCommit],
  ["GET", /^\/commits\/([^/]+)\/check-runs$/, listCheckRuns],
  ["POST", /^\/check-runs()$/, createCheckRun],
  ["PATCH", /^\/check-runs\/(\d+)$/, updateCheckRun],
  ["POST", /^\/statuses\/([0-9a-f]+)$/, createStatus],
  ["GET", /^\/collaborators\/([^/]+)\/permission$/, showPermission],
];

/** Null where the emulator is to be asked. */
export async function answerOurselves(
  call: ApiCall,
  repository: FakeRepository,
  rest: string,
  world: World,
): Promise<ApiAnswer | null> {
  for (const [method, path, handler] of routes) {
    const found = method === call.method ? path.exec(rest) : null;
    if (found !== null) return await handler(call, repository, found[1] ?? "", world);
  }
  return null;
}
