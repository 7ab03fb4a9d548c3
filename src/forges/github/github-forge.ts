import { type CallLimits, createForgeCaller, type ForgeCallerDeps } from "../call-policy.ts";
import type { CredentialSource } from "../credential.ts";
import type { Forge, ForgeRepositoryRef } from "../forge.ts";
import { createNewlyMade } from "../newly-made.ts";
import { createAppCredentials, type GithubApp } from "./app-credentials.ts";
import { createAskGithub } from "./ask.ts";
import { readChange } from "./change.ts";
import { reportCheck } from "./check.ts";
import { createGithubClient } from "./client.ts";
import { changeComment, postComment, readComments } from "./comment.ts";
import { readCommitId } from "./commit.ts";
import { withGraphqlStatuses } from "./graphql.ts";
import { changeIssue, openIssue, readIssue } from "./issue.ts";
import { readPermission } from "./permission.ts";
import {
  changePullRequest,
  listPullRequests,
  listPullRequestsOfCommit,
  openPullRequest,
  readPullRequest,
} from "./pull-request.ts";
import { githubRefusals } from "./refusals.ts";
import { readAccess, readBranchTip, readRepository } from "./repository.ts";
import { inlineCommentsMax, postReview } from "./review.ts";
import { readThreads, resolveThread } from "./review-threads.ts";
import { createTokenCredentials, type ReadToken } from "./token-credentials.ts";

export type GithubForgeOptions = {
  /** As in a RepositoryRef: lower case, with the port where it is not 443. */
  host: string;
  /** `https://api.github.com`, or `https://<host>/api/v3` of an Enterprise server. */
  apiBaseUrl: string;
  limits?: Partial<CallLimits>;
};

export type GithubForgeDeps = ForgeCallerDeps & {
  /** As whom to call: a token, or an App. */
  credential: { kind: "token"; readToken: ReadToken } | ({ kind: "app" } & GithubApp);
  /** Hears each token that an App is given, before it is used; the redaction must know it. */
  learnSecret: (secret: string) => void;
};

/** Also gives the credential for a repository, which git needs too. */
export type GithubForge = Forge & { credentialFor: (ref: ForgeRepositoryRef) => CredentialSource };

/** GitHub as a forge, github.com or an Enterprise server. */
export function createGithubForge(
  { host, apiBaseUrl, limits = {} }: GithubForgeOptions,
  deps: GithubForgeDeps,
): GithubForge {
  const { credential, now, wait, learnSecret } = deps;
  const call = createForgeCaller(
    { title: "GitHub", authorize, ownRows: githubRefusals, limits },
    { ...deps, fetch: withGraphqlStatuses(deps.fetch) },
  );
  const ask = createAskGithub(apiBaseUrl, call);
  const credentials =
    credential.kind === "app"
      ? createAppCredentials(host, credential, { ask, now, wait, learnSecret })
      : createTokenCredentials(host, credential.readToken, ask);
  const client = createGithubClient({ ask, credentials });
  const newlyMade = createNewlyMade(now);
  const appId = credential.kind === "app" ? credential.appId : null;
  return {
    name: "github",
    host,
    credentialFor: (ref) => credentials.forRepository(ref),
    whoAmI: (options) => credentials.whoAmI(options),
    getRepository: (ref, options) => readRepository(client, credentials, ref, options),
    checkAccess: (ref, options) => readAccess(client, credentials, ref, options),
    getBranchTip: (ref, branch, options) => readBranchTip(client, credentials, ref, branch, options),
    createPullRequest: (ref, request, options) => openPullRequest(client, newlyMade, ref, request, options),
    getPullRequest: (ref, number, options) => readPullRequest(client, newlyMade, ref, number, options),
    listPullRequests: (ref, filter, options) => listPullRequests(client, ref, filter, options),
    updatePullRequest: (ref, number, changes, options) => changePullRequest(client, ref, number, changes, options),
    createIssue: (ref, issue, options) => openIssue(client, newlyMade, ref, issue, options),
    getIssue: (ref, number, options) => readIssue(client, newlyMade, ref, number, options),
    updateIssue: (ref, number, changes, options) => changeIssue(client, ref, number, changes, options),
    createComment: (ref, target, body, options) => postComment(client, ref, target, body, options),
    updateComment: (ref, target, id, body, options) => changeComment(client, ref, target, id, body, options),
    listComments: (ref, target, filter, options) => readComments(client, ref, target, filter, options),
    getChange: (ref, number, options) => readChange(client, ref, number, options),
    resolveCommit: (ref, sha, options) => readCommitId(client, credentials, ref, sha, options),
    pullRequestsOfCommit: (ref, sha, options) => listPullRequestsOfCommit(client, ref, sha, options),
    getPermission: (ref, user, options) => readPermission(client, ref, user, options),
    inlineCommentsMax,
    postInlineComments: (ref, number, inline, options) => postReview(client, ref, number, inline, options),
    listThreads: async (ref, number, options) =>
      (await readThreads(client, ref, number, options)).map(({ thread }) => thread),
    resolveThread: (ref, _number, threadId, options) => resolveThread(client, ref, threadId, options),
    reportCheck: (ref, report, options) => reportCheck(client, appId, ref, report, options),
  };
}

function authorize(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
