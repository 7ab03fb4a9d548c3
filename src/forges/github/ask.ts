import { Octokit } from "@octokit/core";
import type { CredentialSource } from "../credential.ts";
import type { ForgeCall, ForgeCaller } from "../forge-call.ts";
import type { CallOptions } from "../forge.ts";
import { graphqlBaseUrl, graphqlRoute } from "./graphql.ts";

/** One question or act: `route` and `parameters` as Octokit takes them, and how the answer is read. */
export type GithubCall<Value> = Pick<ForgeCall<Value>, "what" | "kind" | "accept" | "isNew"> & {
  route: string;
  parameters?: Record<string, unknown>;
};

export type AskGithub = <Value>(
  call: GithubCall<Value>,
  credential: CredentialSource,
  options: CallOptions | undefined,
) => Promise<Value>;

/** Asks GitHub through Octokit, which builds the request and reads the answer. Whether, when and how often it is sent is the caller's. */
export function createAskGithub(apiBaseUrl: string, call: ForgeCaller): AskGithub {
  const octokit = new Octokit({ baseUrl: apiBaseUrl, userAgent: "pullwright", log: silent });
  return ({ route, parameters, ...rest }, credential, options) =>
    call({
      ...rest,
      credential,
      signal: options?.signal,
      send: async (fetch) => {
        const where = route === graphqlRoute ? { baseUrl: graphqlBaseUrl(apiBaseUrl) } : {};
        return (await octokit.request(route, { ...parameters, ...where, headers, request: { fetch } })).data;
      },
    });
}

const headers = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };

/** Octokit's own log would be a second one. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
