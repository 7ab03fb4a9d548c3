import { workflowRunPayload } from "./payloads/github-workflow-run.ts";
import {
  issueCommentPayload,
  lineCommentPayload,
  pullRequestPayload,
  reviewPayload,
} from "./payloads/github-pull-request.ts";
import { pingPayload, pushPayload, renamedPayload } from "./payloads/github-repository.ts";
import type { Happening } from "./history.ts";
import type { Act } from "./step.ts";

export type Said = { event: string; payload: object };

/** The id that GitHub gave the repository's hook. */
export function githubHookId(repositoryId: number): number {
  return 480_000_000 + repositoryId;
}

/** What GitHub's hook sends of a happening, in its order: a merge is told as a closed pull request and as a push. */
export function githubSays(act: Exclude<Act, { kind: "mishap" }>, happening: Happening): Said[] {
  const { at, by, serial, repository, pullRequest, push } = happening;
  if (act.kind === "hook-added")
    return [{ event: "ping", payload: pingPayload(githubHookId(repository.id), repository, by, at) }];
  if (act.kind === "renamed")
    return [{ event: "repository", payload: renamedPayload(happening.formerName ?? "", repository, by, at) }];
  const pushed = push === undefined ? [] : [{ event: "push", payload: pushPayload(push, repository, by, at) }];
  if (happening.run !== undefined) return [{ event: "workflow_run", payload: workflowRunPayload(happening.run) }];
  if (pullRequest === undefined) return pushed;
  const pullRequestEvent = (action: string, moved?: { before: string; after: string }): Said => ({
    event: "pull_request",
    payload: pullRequestPayload(action, pullRequest, by, at, moved),
  });
  switch (act.kind) {
    case "opened":
    case "revert-opened":
      return [pullRequestEvent("opened")];
    case "pushed":
      return [
        pullRequestEvent("synchronize", { before: push?.before ?? "", after: push?.commits.at(-1)?.sha ?? "" }),
        ...pushed,
      ];
    case "made-ready":
      return [pullRequestEvent("ready_for_review")];
    case "merged":
    case "closed":
      return [pullRequestEvent("closed"), ...pushed];
    case "reviewed":
      return [
        {
          event: "pull_request_review",
          payload: reviewPayload({ id: 900_000 + serial, verdict: act.verdict, text: act.text }, pullRequest, by, at),
        },
      ];
    case "line-commented":
      return [
        {
          event: "pull_request_review_comment",
          payload: lineCommentPayload({ id: 910_000 + serial, text: act.text }, pullRequest, by, at),
        },
      ];
    case "commented":
      return [
        {
          event: "issue_comment",
          payload: issueCommentPayload({ id: 920_000 + serial, text: act.text }, pullRequest, by, at),
        },
      ];
    case "main-pushed":
    case "ci-run":
      return pushed;
  }
}
