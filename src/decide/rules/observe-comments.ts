import type { Rule } from "../decide.ts";

/** Comments and reviews change no outcome. A review comment is observed only, as in seed 001. */
export const observeComments: Rule = (event) => {
  if (event.subject.kind !== "comment") return null;
  if (event.actorIsBot)
    return { rule: "observe-comments", verdict: "nothing", because: "A bot wrote this; bots are never answered." };
  return {
    rule: "observe-comments",
    verdict: "nothing",
    because: "A comment changes no outcome; it is kept as an event.",
  };
};
