import type { Rule } from "../decide.ts";

/** An App's installation says which repositories will be heard; their rows are made when they speak. */
export const observeInstallations: Rule = (event) =>
  event.subject.kind === "installation"
    ? {
        rule: "observe-installations",
        verdict: "nothing",
        because: "Repositories of an installation are known from their first event on.",
      }
    : null;
