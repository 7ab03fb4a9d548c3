import { pullRequestSign } from "../domain/pull-request-name.ts";
import type { Happening } from "./history.ts";
import type { Act, Mishap } from "./step.ts";

/** What a person reads of a step: `acme/web#42 opened by mira-holt: Show totals`. */
export function lineOf(act: Act, happening: Happening | null): string {
  if (act.kind === "mishap") return mishapLine(act.what);
  const slug = happening?.repository.slug ?? "";
  const pullRequest = happening?.pullRequest;
  const mark = pullRequestSign(happening?.repository.forge ?? "");
  const name = pullRequest === undefined ? slug : `${slug}${mark}${pullRequest.number}`;
  switch (act.kind) {
    case "hook-added":
      return `${name} has a webhook now`;
    case "opened":
      return `${name} opened by ${act.by}${act.draft === true ? " as a draft" : ""}: ${act.title}`;
    case "pushed":
      return `${name} pushed to by ${act.by}: ${act.commit}`;
    case "made-ready":
      return `${name} is ready for review`;
    case "reviewed":
      return `${name} reviewed by ${act.by}: ${act.verdict.replaceAll("_", " ")}`;
    case "line-commented":
      return `${name} commented on, on a line, by ${act.by}`;
    case "commented":
      return `${name} commented on by ${act.by}`;
    case "merged":
      return `${name} merged by ${act.by} (${act.how === "squash" ? "squash" : "merge commit"})`;
    case "closed":
      return `${name} closed by ${act.by}, not merged`;
    case "revert-opened":
      return `${name} opened by ${act.by} with the revert button: ${pullRequest?.title ?? ""}`;
    case "main-pushed":
      return `${name} pushed to main by ${act.by}: ${act.commit}`;
    case "ci-run":
      return `${name}${act.on.includes("#") ? `${mark}${act.on.split("#", 2)[1]}` : ""}: ${act.name} on ${act.by}${act.attempt === undefined ? "" : `, attempt ${act.attempt}`}, ${act.status.replaceAll("_", " ")}`;
    case "renamed":
      return `${slug.split("/", 1)[0]}/${happening?.formerName} is called ${slug} now`;
  }
}

function mishapLine(mishap: Mishap): string {
  switch (mishap.kind) {
    case "forged":
      return "a forged delivery";
    case "repeated":
      return mishap.by === "same-hook"
        ? "the same delivery once more"
        : "the organisation's hook tells what the repository's hook told";
    case "same-id-other-body":
      return "the same delivery id with another body";
    case "broken-body":
      return "a signed delivery whose body is broken";
    case "unknown-event":
      return "an event that Pullwright has no use for (a star)";
  }
}
