import { type CallLimits, createForgeCaller, type ForgeCallerDeps } from "../call-policy.ts";
import type { CredentialSource } from "../credential.ts";
import type { CallOptions, Forge, ForgeRepositoryRef, ForgeUser } from "../forge.ts";
import { keepUnlessItFails } from "../keep-unless-it-fails.ts";
import { createNewlyMade } from "../newly-made.ts";
import { readChange } from "./change.ts";
import { reportCheck } from "./check.ts";
import { createGitlabClient } from "./client.ts";
import { changeComment, postComment, readComments } from "./comment.ts";
import { readCommitId } from "./commit.ts";
import { inlineCommentsMax, postDiscussion, readThreads, resolveDiscussion } from "./discussion.ts";
import { changeIssue, openIssue, readIssue } from "./issue.ts";
import { readPermission } from "./permission.ts";
import {
  changePullRequest,
  listPullRequests,
  listPullRequestsOfCommit,
  openPullRequest,
  readPullRequest,
} from "./pull-request.ts";
import { gitlabRefusals } from "./refusals.ts";
import { readAccess, readBranchTip, readRepository } from "./repository.ts";
import { createTokenCredential, type ReadToken } from "./token-credential.ts";
import { readCurrentUser } from "./user.ts";

export type GitlabForgeOptions = {
  /** As in a RepositoryRef: lower case, with the port where it is not 443. */
  host: string;
  /** `https://gitlab.com/api/v4` */
  apiBaseUrl: string;
  limits?: Partial<CallLimits>;
};

export type GitlabForgeDeps = ForgeCallerDeps & { readToken: ReadToken };

/** Also gives the credential for a project, which git needs too. */
export type GitlabForge = Forge & { credentialFor: (ref: ForgeRepositoryRef) => CredentialSource };

/** GitLab as a forge, gitlab.com or a server of one's own: merge requests are pull requests here, notes are comments, and iids are numbers. */
export function createGitlabForge(
  { host, apiBaseUrl, limits = {} }: GitlabForgeOptions,
  deps: GitlabForgeDeps,
): GitlabForge {
  const call = createForgeCaller({ title: "GitLab", authorize, ownRows: gitlabRefusals, limits }, deps);
  const credential = createTokenCredential(host, deps.readToken);
  const client = createGitlabClient(apiBaseUrl, { call, credential });
  const newlyMade = createNewlyMade(deps.now);
  /** By the token: another one may be another user's. */
  const users = new Map<string, Promise<ForgeUser>>();
  const whoAmI = async (options: CallOptions | undefined): Promise<ForgeUser> => {
    const { fingerprint } = await credential();
    return await keepUnlessItFails(users, fingerprint, () => readCurrentUser(client, options));
  };
  return {
    name: "gitlab",
    host,
    credentialFor: () => credential,
    whoAmI: (options) => whoAmI(options),
    getRepository: (ref, options) => readRepository(client, ref, options),
    checkAccess: (ref, options) => readAccess(client, whoAmI, ref, options),
    getBranchTip: (ref, branch, options) => readBranchTip(client, ref, branch, options),
    createPullRequest: (ref, request, options) => openPullRequest(client, newlyMade, ref, request, options),
    getPullRequest: (ref, number, options) => readPullRequest(client, newlyMade, ref, number, options),
    listPullRequests: (ref, filter, options) => listPullRequests(client, ref, filter, options),
    updatePullRequest: (ref, number, changes, options) =>
      changePullRequest(client, newlyMade, ref, number, changes, options),
    createIssue: (ref, issue, options) => openIssue(client, newlyMade, ref, issue, options),
    getIssue: (ref, number, options) => readIssue(client, newlyMade, ref, number, options),
    updateIssue: (ref, number, changes, options) => changeIssue(client, newlyMade, ref, number, changes, options),
    createComment: (ref, target, body, options) => postComment(client, ref, target, body, options),
    updateComment: (ref, target, id, body, options) => changeComment(client, ref, target, id, body, options),
    listComments: (ref, target, filter, options) => readComments(client, ref, target, filter, options),
    getChange: (ref, number, options) => readChange(client, ref, number, options),
    resolveCommit: (ref, sha, options) => readCommitId(client, ref, sha, options),
    pullRequestsOfCommit: (ref, sha, options) => listPullRequestsOfCommit(client, ref, sha, options),
    getPermission: (ref, user, options) => readPermission(client, ref, user, options),
    inlineCommentsMax,
    postInlineComments: (ref, number, inline, options) => postDiscussion(client, ref, number, inline, options),
    listThreads: async (ref, number, options) => {
      const { headSha } = await readPullRequest(client, newlyMade, ref, number, options);
      return await readThreads(client, ref, number, headSha, options);
    },
    resolveThread: (ref, number, threadId, options) => resolveDiscussion(client, ref, number, threadId, options),
    reportCheck: (ref, report, options) => reportCheck(client, ref, report, options),
  };
}

/** Personal, group and project tokens travel so. A token of OAuth would not. */
function authorize(token: string): Record<string, string> {
  return { "private-token": token };
}
