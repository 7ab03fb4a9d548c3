import type { Rule } from "../decide.ts";

/** A forge lists only so many commits of a push; those that it leaves out can be asked for, but were not told. */
export const explainCutPush: Rule = (event) => {
  for (const fact of event.facts) {
    if (fact.kind !== "push" || fact.commitsCount <= fact.commits.length) continue;
    const missing = fact.commitsCount - fact.commits.length;
    return {
      rule: "explain-cut-push",
      verdict: "nothing",
      because: `The forge left ${missing} of ${fact.commitsCount} commits out of this push; a revert among them is not seen from here.`,
    };
  }
  return null;
};
