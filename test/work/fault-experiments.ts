import { chmod, mkdir, rm } from "node:fs/promises";
import type { GitOnFullDisk } from "./full-disk.ts";
import type { TokenRights } from "./local-forge.ts";
import type { Workshop } from "./workshop.ts";

/** What a test can do to those who work. */
export type Trouble = {
  shop: Workshop;
  branch: string;
  tokenFile: string;
  /** Puts a token in place that the forge knows. */
  newToken: () => Promise<void>;
  putToken: (text: string) => Promise<void>;
  /** The next transactions fail, as on a full disk. */
  failStore: (times: number) => void;
  cancel: () => void;
  /** Somebody else believes this worker dead and gives its command back. */
  steal: () => void;
  /** Of git. */
  disk: GitOnFullDisk;
};

export type Experiment = {
  before?: (trouble: Trouble) => unknown;
  /** What happens when a worker first comes to a step of the code, or to `token.read`. */
  at?: Record<string, (trouble: Trouble) => void>;
  /** The command must wait, or wait for its next attempt, with this code and these words; then this happens, and it goes on. */
  meanwhile?: { code: string; says?: string; act: (trouble: Trouble) => unknown };
  after?: (trouble: Trouble) => unknown;
  end: "succeeded" | "cancelled" | (string & {});
  /** What is at the forge act: all of it when it succeeded, nothing else, unless told. */
  left?: "all" | "branch" | "their branch" | "nothing";
  /** It is not known here that it is there, and is looked for when somebody retries the command. */
  isUnknown?: true;
  /** Which attempt it was in the end. */
  attempt?: number;
  heir?: true;
  /** Something happens to the disk. */
  usesDisk?: true;
  /** Of the forge, without what all names of its settings begin with. */
  settings?: Record<string, string>;
  payload?: Record<string, unknown>;
  write?: Record<string, string>;
};

const fetching = { service: "git-upload-pack", phase: "talk" } as const;
const pushing = { service: "git-receive-pack", phase: "talk" } as const;
const unauthorized = { kind: "status", status: 401, headers: { "www-authenticate": "Basic" } } as const;

const recovered = { end: "succeeded" } as const;
const nothing = (): void => {};
const later = { act: nothing } as const;
const dayMs = 24 * 3_600_000;

const storeFails = (step: string, attempt?: number): Experiment => ({
  ...recovered,
  at: { [step]: ({ failStore }) => failStore(1) },
  ...(attempt === undefined ? {} : { attempt }),
});
const cancelledAt = (step: string, left: Experiment["left"] & string): Experiment => ({
  end: "cancelled",
  left,
  at: { [step]: ({ cancel }) => cancel() },
});
const stolenAt = (step: string): Experiment => ({ ...recovered, heir: true, at: { [step]: ({ steal }) => steal() } });

/** The old token is of no use any more, and the new one is in its place. */
const rotate = ({ shop, newToken }: Trouble): void => {
  shop.forge.revokeToken();
  void newToken();
};
const revoke = ({ shop }: Trouble): void => shop.forge.revokeToken();
const limit =
  (to: TokenRights) =>
  ({ shop }: Trouble): void =>
    shop.forge.limitTokens(to);
const setClock = ({ shop }: Trouble): void => shop.time.setAhead(shop.time.aheadMs() + dayMs);

/** At this step there is no room any more; after that attempt there is. */
const fullAt = (step: string): Experiment => ({
  ...recovered,
  attempt: 2,
  usesDisk: true,
  at: { [step]: ({ disk }) => void disk.fill() },
  meanwhile: { code: "STORE_FULL", act: ({ disk }) => disk.makeRoom() },
});
const lookedForAgain = { code: "OUTCOME_UNKNOWN", says: "it is looked for again at", ...later } as const;

/** By step and fault; what each must come to stands in the table. */
export const experiments: Record<string, Experiment> = {
  "S7 disk full": storeFails("settle.before", 1),
  "S7 store down": { ...recovered, attempt: 1, at: { "settle.before": ({ failStore }) => failStore(2) } },
  "S7 cancelled": cancelledAt("claim.after", "nothing"),
  "S7 lease stolen": stolenAt("claim.after"),

  "S8 404": {
    ...recovered,
    attempt: 1,
    before: ({ tokenFile }) => rm(tokenFile),
    meanwhile: { code: "SECRET_NOT_FOUND", act: ({ newToken }) => newToken() },
  },
  "S8 403": {
    ...recovered,
    attempt: 1,
    before: ({ tokenFile }) => shutAway(tokenFile),
    meanwhile: {
      code: "SECRET_NOT_FOUND",
      says: "token",
      act: async ({ tokenFile, newToken }) => {
        await rm(tokenFile, { recursive: true });
        await newToken();
      },
    },
  },
  "S8 409 or 422": { end: "SECRET_MALFORMED", before: ({ putToken }) => putToken("two\nlines") },
  "S8 secret rotated": { ...recovered, attempt: 1, at: { "claim.after": rotate } },

  "S8 lease stolen": stolenAt("token.read"),

  "S9 5xx": {
    ...recovered,
    attempt: 2,
    before: ({ shop }) => shop.forge.gitFault({ ...fetching, what: { kind: "status", status: 502 } }),
  },
  "S9 rate limit": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...fetching, what: { kind: "status", status: 429 } }),
    meanwhile: { code: "FORGE_RATE_LIMITED", ...later },
  },
  "S9 401": {
    ...recovered,
    attempt: 1,
    at: { "fetch.before": revoke },
    meanwhile: { code: "FORGE_CREDENTIAL_REFUSED", act: ({ newToken }) => newToken() },
  },
  "S9 403": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...fetching, what: { kind: "status", status: 403 } }),
    meanwhile: { code: "FORGE_FORBIDDEN", act: ({ newToken }) => newToken() },
  },
  "S9 404": {
    end: "FORGE_NOT_FOUND",
    before: ({ shop }) => shop.forge.gitFault({ ...fetching, what: { kind: "status", status: 404 } }),
  },
  "S9 net cut": {
    ...recovered,
    attempt: 2,
    before: ({ shop }) => shop.forge.gitFault({ ...fetching, times: 3, what: { kind: "cut-request", afterBytes: 0 } }),
  },
  "S9 disk full": fullAt("fetch.before"),
  "S9 secret rotated": {
    ...recovered,
    attempt: 1,
    at: { "fetch.before": rotate },
  },
  "S9 cancelled": cancelledAt("fetch.after", "nothing"),
  "S9 lease stolen": stolenAt("fetch.after"),

  "S10 409 or 422": { end: "EMPTY_DIFF", write: { "src/client.ts": "export const retries = 0;\n" } },
  "S10 disk full": fullAt("commit.before"),
  "S10 clock set": {
    ...recovered,
    at: { "commit.before": setClock },
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, times: 3, what: { kind: "cut-answer", afterBytes: 0 } }),
  },
  "S10 cancelled": cancelledAt("commit.after", "nothing"),
  "S10 lease stolen": stolenAt("commit.after"),

  "S11 disk full": storeFails("commit.after", 2),
  "S11 store down": { ...storeFails("commit.after", 2), at: { "commit.after": ({ failStore }) => failStore(3) } },
  "S11 clock set": {
    ...recovered,
    at: { "push.intended": setClock, "push.sending": ({ steal }) => steal() },
    heir: true,
  },
  "S11 cancelled": cancelledAt("push.intended", "nothing"),
  "S11 lease stolen": stolenAt("push.intended"),

  "S12 5xx": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, what: { kind: "status", status: 502 } }),
  },
  "S12 rate limit": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, what: { kind: "status", status: 429 } }),
    meanwhile: { code: "FORGE_RATE_LIMITED", ...later },
  },
  "S12 401": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, what: unauthorized }),
    meanwhile: { code: "FORGE_CREDENTIAL_REFUSED", ...later },
  },
  "S12 403": {
    end: "FORGE_FORBIDDEN",
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, what: { kind: "status", status: 403 } }),
  },
  "S12 404": {
    end: "FORGE_NOT_FOUND",
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, what: { kind: "status", status: 404 } }),
  },
  "S12 409 or 422": {
    end: "BRANCH_EXISTS",
    left: "their branch",
    before: async ({ shop: { forge }, branch }) =>
      forge.repositories.commit(forge.slug, [{ branch, message: "Mine", files: { theirs: "theirs\n" } }]),
  },
  "S12 net cut": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, times: 2, what: { kind: "cut-request", afterBytes: 1 } }),
  },
  "S12 disk full": { ...recovered, attempt: 1, usesDisk: true, at: { "push.before": ({ disk }) => void disk.fill() } },
  "S12 secret rotated": {
    ...recovered,
    attempt: 1,
    at: { "push.before": rotate },
  },
  "S12 answer lost": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.gitFault({ ...pushing, times: 3, what: { kind: "cut-answer", afterBytes: 0 } }),
  },
  "S12 cancelled": {
    end: "cancelled",
    left: "branch",
    before: ({ shop, cancel }) => shop.forge.gitFault({ ...pushing, what: { kind: "hold-answer", whenHeld: cancel } }),
  },
  "S12 lease stolen": stolenAt("push.sending"),

  "S13 disk full": storeFails("push.acted", 2),
  "S13 store down": { ...storeFails("push.acted", 2), at: { "push.acted": ({ failStore }) => failStore(3) } },
  "S13 cancelled": cancelledAt("push.acted", "branch"),
  "S13 lease stolen": stolenAt("push.acted"),

  // On a busy machine another call may run over this time too, and cost an attempt.
  "S14 timeout": {
    ...recovered,
    settings: { REQUEST_TIMEOUT_SECONDS: "2" },
    before: ({ shop }) => shop.forge.apiFault({ on: "create", fault: "slow" }),
  },
  "S14 5xx": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.apiFault({ on: "create", fault: "5xx-before" }),
    meanwhile: lookedForAgain,
  },
  "S14 rate limit": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.apiFault({ on: "create", fault: "429", headers: { "retry-after": "600" } }),
    meanwhile: { code: "FORGE_RATE_LIMITED", ...later },
  },
  "S14 401": {
    ...recovered,
    attempt: 1,
    at: { "push.recorded": revoke },
    meanwhile: { code: "FORGE_CREDENTIAL_REFUSED", act: ({ newToken }) => newToken() },
  },
  "S14 403": {
    end: "FORGE_FORBIDDEN",
    left: "branch",
    at: { "create-pull-request.sending": limit("read") },
    after: limit("all"),
  },
  "S14 404": {
    end: "FORGE_NOT_FOUND",
    left: "branch",
    at: { "create-pull-request.sending": limit("nothing") },
    after: limit("all"),
  },
  "S14 409 or 422": {
    ...recovered,
    attempt: 1,
    before: ({ shop: { forge } }) => forge.apiFault({ on: "create", fault: "drop-after-commit" }),
    at: {
      // The forge's copies lag behind for longer than we look: it must say itself that there is one.
      "create-pull-request.sending": ({ shop: { forge } }) =>
        forge.apiFault({ on: "list", fault: "stale-reads", times: 3 }),
    },
  },
  "S14 net cut": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.apiFault({ on: "create", fault: "drop-before" }),
    meanwhile: lookedForAgain,
  },
  "S14 secret rotated": { ...recovered, attempt: 1, at: { "create-pull-request.sending": rotate } },
  "S14 answer lost": {
    ...recovered,
    attempt: 1,
    before: ({ shop }) => shop.forge.apiFault({ on: "create", fault: "drop-after-commit" }),
  },
  "S14 cancelled": {
    end: "cancelled",
    left: "all",
    isUnknown: true,
    before: ({ shop: { forge }, cancel }) => forge.apiFault({ on: "create", fault: "slow", whenHeld: cancel }),
  },
  "S14 lease stolen": stolenAt("create-pull-request.sending"),

  "S15 disk full": storeFails("create-pull-request.acted", 2),
  "S15 store down": storeFails("create-pull-request.recorded", 2),
  "S15 cancelled": cancelledAt("create-pull-request.acted", "all"),
  "S15 lease stolen": stolenAt("create-pull-request.acted"),
};

/** A file that is there and cannot be read. Root reads what it may not, but nobody reads a folder. */
async function shutAway(tokenFile: string): Promise<void> {
  if (process.getuid?.() !== 0) return chmod(tokenFile, 0);
  await rm(tokenFile);
  await mkdir(tokenFile);
}
