import type { CallKind } from "./classify-answer.ts";
import type { CredentialSource } from "./credential.ts";
import type { ForgeAnswer } from "./forge-fetch.ts";

/** One question to a forge, or one act. */
export type ForgeCall<Value> = {
  /** Begins the message of an error: `Opening a pull request in acme/web`. */
  what: string;
  kind: CallKind;
  credential: CredentialSource;
  /** Makes the one request of a try through the given fetch, which adds the credential, and gives the answer's data. What it throws over an answer that says no is not looked at. */
  send: (fetch: typeof globalThis.fetch) => Promise<unknown>;
  /** Reads what is needed from the data. Throws WrongAnswer when the forge would not say that to this. */
  accept: (data: unknown, answer: ForgeAnswer) => Value;
  signal?: AbortSignal | undefined;
  /** What is asked for was made a moment ago: a 404 is a copy that lags behind, and is asked again. */
  isNew?: boolean;
};

/** The answer has the right status and says something else than it could: another number, another repository, another shape. */
export class WrongAnswer extends Error {}

export type ForgeCaller = <Value>(call: ForgeCall<Value>) => Promise<Value>;
