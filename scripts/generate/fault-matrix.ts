/** What can go wrong at a step, in the order of the page's columns. */
export const faults = [
  "death before",
  "death after",
  "timeout",
  "5xx",
  "rate limit",
  "401",
  "403",
  "404",
  "409 or 422",
  "net cut",
  "disk full",
  "store down",
  "clock set",
  "reordered",
  "secret rotated",
  "answer lost",
  "cancelled",
  "lease stolen",
] as const;
export type Fault = (typeof faults)[number];

/**
 * Where a cell is proved. `death`: a worker is killed at this step (test/work/killed-at-every-step.test.ts). `here`: test/work/fault-matrix.test.ts does it.
 * Else the test that does.
 */
export type Proof = { death: string } | "here" | { elsewhere: string };

export type FaultCell = { end: string; proof: Proof };

export type FaultRow = { step: string; title: string; cells: Partial<Record<Fault, FaultCell>> };

const oneOfEach = "one branch, one commit, one pull request";
const here = (end: string): FaultCell => ({ end, proof: "here" });
const death = (step: string): FaultCell => ({ end: `${oneOfEach}, by another worker`, proof: { death: step } });
const queueTests = { elsewhere: "test/conformance/queue-leases.ts" };
const waits = (why: string): FaultCell => here(`waits ${why}, costs no attempt; then ${oneOfEach}`);
const again = here(`the next attempt: ${oneOfEach}`);
const roomMade = here(`what is only kept for later goes, and the next attempt: ${oneOfEach}`);
const readBack = here(`looked for before anything is sent again: ${oneOfEach}`);
const rotated = here(`the new one is used at once: ${oneOfEach}`);
const stolen = here(`the slower worker writes nothing more: ${oneOfEach}`);
const fails = (code: string, left: string): FaultCell => here(`ends failed with ${code}; ${left}`);
const stops = (left: string): FaultCell => here(`ends cancelled; ${left}`);
const nothingThere = "nothing is at the forge";

/** From a command that waits to a pull request that is written down: what becomes of each step when something goes wrong. */
export const faultMatrix: FaultRow[] = [
  {
    step: "S7",
    title: "claim the command",
    cells: {
      "death before": death("settle.before"),
      "death after": death("claim.after"),
      "disk full": again,
      "store down": again,
      "clock set": { end: "leases follow the steady clock: none ends early, none lives for ever", proof: queueTests },
      cancelled: stops(nothingThere),
      "lease stolen": stolen,
    },
  },
  {
    step: "S8",
    title: "read the token",
    cells: {
      "death before": death("claim.after"),
      "403": waits("until the file can be read"),
      "404": waits("until the file is there"),
      "409 or 422": fails("SECRET_MALFORMED", nothingThere),
      "secret rotated": rotated,
      "lease stolen": stolen,
    },
  },
  {
    step: "S9",
    title: "fetch the base",
    cells: {
      "death before": death("fetch.before"),
      "death after": death("fetch.after"),
      timeout: {
        end: "git is ended with all that it started; the next attempt goes on",
        proof: { elsewhere: "test/git/remote-in-trouble.test.ts" },
      },
      "5xx": again,
      "rate limit": waits("as long as the forge said"),
      "401": waits("for a valid token"),
      "403": waits("for a token that may look"),
      "404": fails("FORGE_NOT_FOUND", nothingThere),
      "net cut": again,
      "disk full": roomMade,
      "secret rotated": rotated,
      cancelled: stops(nothingThere),
      "lease stolen": stolen,
    },
  },
  {
    step: "S10",
    title: "build the commit",
    cells: {
      "death before": death("commit.before"),
      "death after": death("commit.after"),
      timeout: {
        end: "git is ended with all that it started; the next attempt makes the same commit",
        proof: { elsewhere: "test/git/building-in-trouble.test.ts" },
      },
      "409 or 422": fails("EMPTY_DIFF", nothingThere),
      "disk full": roomMade,
      "clock set": here("the same commit, whatever the day"),
      cancelled: stops(nothingThere),
      "lease stolen": stolen,
    },
  },
  {
    step: "S11",
    title: "write down what is to be pushed",
    cells: {
      "death before": death("commit.after"),
      "death after": death("push.intended"),
      "disk full": again,
      "store down": again,
      "clock set": here("the same commit, whatever the day"),
      cancelled: stops(nothingThere),
      "lease stolen": stolen,
    },
  },
  {
    step: "S12",
    title: "push the branch",
    cells: {
      "death before": death("push.sending"),
      "death after": death("push.after"),
      timeout: {
        end: "the same push again, which the remote answers truthfully",
        proof: { elsewhere: "test/git/remote-in-trouble.test.ts" },
      },
      "5xx": readBack,
      "rate limit": waits("as long as the forge said"),
      "401": waits("for a valid token"),
      "403": fails("FORGE_FORBIDDEN", nothingThere),
      "404": fails("FORGE_NOT_FOUND", nothingThere),
      "409 or 422": fails("BRANCH_EXISTS", "the other's branch is as it was, and there is no pull request"),
      "net cut": readBack,
      "disk full": here(`a push writes nothing here: ${oneOfEach}`),
      "secret rotated": rotated,
      "answer lost": readBack,
      cancelled: stops("the branch that was on its way is there, and no pull request"),
      "lease stolen": stolen,
    },
  },
  {
    step: "S13",
    title: "write down that it is pushed",
    cells: {
      "death before": death("push.acted"),
      "death after": death("push.recorded"),
      "disk full": readBack,
      "store down": readBack,
      cancelled: stops("the branch is there, and no pull request"),
      "lease stolen": stolen,
    },
  },
  {
    step: "S14",
    title: "open the pull request",
    cells: {
      "death before": death("create-pull-request.sending"),
      "death after": death("create-pull-request.acted"),
      timeout: readBack,
      "5xx": readBack,
      "rate limit": waits("as long as the forge said"),
      "401": here(`waits for a valid token; the same branch and commit are used: ${oneOfEach}`),
      "403": fails("FORGE_FORBIDDEN", "the branch is there, and no pull request"),
      "404": fails("FORGE_NOT_FOUND", "the branch is there, and no pull request"),
      "409 or 422": here(`the one that is there is taken as ours: ${oneOfEach}`),
      "net cut": readBack,
      "secret rotated": rotated,
      "answer lost": readBack,
      cancelled: stops("the pull request that was on its way is there; who retries the command finds it"),
      "lease stolen": stolen,
    },
  },
  {
    step: "S15",
    title: "write down the pull request",
    cells: {
      "death before": death("create-pull-request.recorded"),
      "death after": death("pull-request.known"),
      "disk full": readBack,
      "store down": readBack,
      reordered: {
        end: "what the forge's webhooks tell of it before or after ends in the same row",
        proof: { elsewhere: "src/outcome/join-pull-request.test.ts" },
      },
      cancelled: stops("the pull request is there, and is written down"),
      "lease stolen": stolen,
    },
  },
];
