import type { Rule } from "../decide.ts";

/** Comments and reviews lead to no work. A review comment is observed only, as in seed 001. What one says of its pull request is recorded all the same. */
export const observeComments: Rule = (event) => {
  if (
    !/\.(issue_comment|pull_request_review|pull_request_review_comment|pull_request_review_thread)\./.test(event.kind)
  )
    return null;
  if (event.actorIsBot)
    return { rule: "observe-comments", verdict: "nothing", because: "A bot wrote this; bots are never answered." };
  return {
    rule: "observe-comments",
    verdict: "nothing",
    because: "A comment or review asks for nothing here; it is kept as an event.",
  };
};
