import { gitlabTime } from "./payloads/gitlab-objects.ts";
import { gitlabPushPayload, mergeRequestPayload, notePayload, pipelinePayload } from "./payloads/gitlab-events.ts";
import type { Said } from "./github-says.ts";
import type { Happening } from "./history.ts";
import type { Act } from "./step.ts";

/** What GitLab's hook sends of a happening. GitLab has no word for a hook that was added. */
export function gitlabSays(act: Exclude<Act, { kind: "mishap" }>, happening: Happening): Said[] {
  const { at, by, serial, repository, pullRequest, push } = happening;
  const pushed = push === undefined ? [] : [{ event: "Push Hook", payload: gitlabPushPayload(push, repository, by) }];
  if (happening.run !== undefined) return [{ event: "Pipeline Hook", payload: pipelinePayload(happening.run) }];
  if (pullRequest === undefined) return pushed;
  const mergeRequestEvent = (action: string, extra: { oldrev?: string; changes?: object } = {}): Said => ({
    event: "Merge Request Hook",
    payload: mergeRequestPayload(action, pullRequest, by, extra),
  });
  switch (act.kind) {
    case "opened":
    case "revert-opened":
      return [mergeRequestEvent("open")];
    case "pushed":
      return [
        mergeRequestEvent("update", {
          oldrev: push?.before ?? "",
          changes: { updated_at: { previous: null, current: gitlabTime(at) } },
        }),
        ...pushed,
      ];
    case "made-ready":
      return [mergeRequestEvent("update", { changes: { draft: { previous: true, current: false } } })];
    case "reviewed":
      return [mergeRequestEvent("approved")];
    case "line-commented":
    case "commented":
      return [
        { event: "Note Hook", payload: notePayload({ id: 930_000 + serial, text: act.text }, pullRequest, by, at) },
      ];
    case "merged":
      return [mergeRequestEvent("merge"), ...pushed];
    case "closed":
      return [mergeRequestEvent("close")];
    case "main-pushed":
    case "ci-run":
    case "renamed":
    case "hook-added":
      return pushed;
  }
}
