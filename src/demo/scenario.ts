import type { PullRequestName, Step } from "./step.ts";
import type { Login } from "./world.ts";

/** A pull request that was opened before anybody listened; the first that is heard of it is a push. */
export type FormerPullRequest = {
  pull: PullRequestName;
  by: Login;
  title: string;
  branch: string;
  openedHoursBefore: number;
};

export const before: FormerPullRequest[] = [
  {
    pull: "web#41",
    by: "tomoko-i",
    title: "Cache the product list for a minute",
    branch: "cache-products",
    openedHoursBefore: 50,
  },
];

/** An afternoon at Acme, told in a minute and a half: three repositories, four people, one agent, and a few accidents. */
export const scenario: Step[] = [
  { atSeconds: 0, act: { kind: "hook-added", repository: "web", by: "mira-holt" } },
  {
    atSeconds: 3,
    act: { kind: "pushed", pull: "web#41", by: "tomoko-i", commit: "Name the cache after what it keeps" },
  },
  {
    atSeconds: 5,
    act: {
      kind: "opened",
      pull: "web#42",
      by: "acme-agent[bot]",
      title: "Show totals in the reader's currency",
      branch: "agent/currency-totals",
      body: "Asked for in the planning of Monday.",
      draft: true,
    },
  },
  {
    atSeconds: 6,
    act: { kind: "ci-run", by: "github-actions", name: "build", run: 310, on: "web#42", status: "in_progress" },
  },
  {
    atSeconds: 8,
    act: {
      kind: "opened",
      pull: "tools#3",
      by: "lin-zhou",
      title: "Roll back a deploy by one command",
      branch: "rollback-command",
      draft: true,
    },
  },
  {
    atSeconds: 9,
    act: { kind: "ci-run", by: "gitlab-ci", name: "test", run: 77001, on: "tools#3", status: "in_progress" },
  },
  {
    atSeconds: 11,
    act: { kind: "ci-run", by: "github-actions", name: "build", run: 310, on: "web#42", status: "failure" },
  },
  {
    atSeconds: 12,
    act: {
      kind: "opened",
      pull: "api#7",
      by: "acme-agent[bot]",
      title: "Retry a failed payment once",
      branch: "agent/retry-payments",
      body: "A second try after two seconds, with the same key.",
    },
  },
  {
    atSeconds: 14,
    act: {
      kind: "ci-run",
      by: "github-actions",
      name: "build",
      run: 310,
      attempt: 2,
      on: "web#42",
      status: "in_progress",
    },
  },
  {
    atSeconds: 15,
    act: { kind: "ci-run", by: "gitlab-ci", name: "test", run: 77001, on: "tools#3", status: "failure" },
  },
  {
    atSeconds: 17,
    act: { kind: "pushed", pull: "tools#3", by: "lin-zhou", commit: "Ask before rolling back production" },
  },
  {
    atSeconds: 18,
    act: { kind: "ci-run", by: "circleci", name: "test-and-lint", run: 501, on: "api#7", status: "failure" },
  },
  {
    atSeconds: 20,
    act: { kind: "ci-run", by: "github-actions", name: "build", run: 310, attempt: 2, on: "web#42", status: "success" },
  },
  { atSeconds: 21, act: { kind: "made-ready", pull: "web#42", by: "mira-holt" } },
  {
    atSeconds: 22,
    act: { kind: "pushed", pull: "api#7", by: "acme-agent[bot]", commit: "Give the test its own clock" },
  },
  {
    atSeconds: 24,
    act: {
      kind: "reviewed",
      pull: "web#42",
      by: "mira-holt",
      verdict: "changes_requested",
      text: "What does a reader without a currency see?",
    },
  },
  { atSeconds: 25, act: { kind: "line-commented", pull: "web#42", by: "mira-holt", text: "This rounds twice." } },
  {
    atSeconds: 27,
    act: { kind: "ci-run", by: "circleci", name: "test-and-lint", run: 502, on: "api#7", status: "success" },
  },
  {
    atSeconds: 28,
    name: "rounding",
    act: { kind: "pushed", pull: "web#42", by: "acme-agent[bot]", commit: "Round once, at the end" },
  },
  { atSeconds: 29, act: { kind: "mishap", what: { kind: "repeated", step: "rounding", by: "organisation-hook" } } },
  {
    atSeconds: 31,
    act: { kind: "ci-run", by: "github-actions", name: "build", run: 311, on: "web#42", status: "success" },
  },
  {
    atSeconds: 32,
    act: { kind: "ci-run", by: "gitlab-ci", name: "test", run: 77002, on: "tools#3", status: "success" },
  },
  { atSeconds: 33, act: { kind: "made-ready", pull: "tools#3", by: "lin-zhou" } },
  { atSeconds: 35, act: { kind: "reviewed", pull: "web#42", by: "mira-holt", verdict: "approved", text: "" } },
  { atSeconds: 36, act: { kind: "commented", pull: "web#42", by: "jonas-we", text: "Support will like this one." } },
  { atSeconds: 38, act: { kind: "merged", pull: "web#42", by: "mira-holt", how: "squash" } },
  {
    atSeconds: 39,
    act: { kind: "ci-run", by: "jenkins", name: "end-to-end", run: 88, on: "web", status: "in_progress" },
  },
  {
    atSeconds: 40,
    act: { kind: "reviewed", pull: "api#7", by: "tomoko-i", verdict: "approved", text: "Small and clear." },
  },
  { atSeconds: 42, act: { kind: "merged", pull: "api#7", by: "tomoko-i", how: "merge-commit" } },
  { atSeconds: 43, act: { kind: "commented", pull: "tools#3", by: "ade-bello", text: "Tried it on staging, works." } },
  { atSeconds: 45, act: { kind: "merged", pull: "tools#3", by: "lin-zhou", how: "merge-commit" } },
  { atSeconds: 46, act: { kind: "ci-run", by: "jenkins", name: "end-to-end", run: 88, on: "web", status: "success" } },
  {
    atSeconds: 48,
    name: "typo",
    act: { kind: "main-pushed", repository: "web", by: "jonas-we", commit: "Fix a typo in the imprint" },
  },
  { atSeconds: 49, act: { kind: "mishap", what: { kind: "repeated", step: "typo", by: "same-hook" } } },
  { atSeconds: 50, act: { kind: "mishap", what: { kind: "same-id-other-body", step: "typo" } } },
  { atSeconds: 52, act: { kind: "ci-run", by: "jenkins", name: "smoke", run: 12, on: "api", status: "failure" } },
  { atSeconds: 54, act: { kind: "revert-opened", pull: "api#8", of: "api#7", by: "tomoko-i" } },
  { atSeconds: 56, act: { kind: "merged", pull: "api#8", by: "tomoko-i", how: "squash" } },
  { atSeconds: 57, act: { kind: "mishap", what: { kind: "forged", claims: "web#41" } } },
  {
    atSeconds: 59,
    act: { kind: "opened", pull: "web#43", by: "ade-bello", title: "Try another font", branch: "font" },
  },
  {
    atSeconds: 60,
    act: {
      kind: "opened",
      pull: "web#44",
      by: "acme-agent[bot]",
      title: "Drop the old checkout",
      branch: "agent/drop-old-checkout",
    },
  },
  {
    atSeconds: 62,
    act: { kind: "ci-run", by: "github-actions", name: "build", run: 312, on: "web#44", status: "success" },
  },
  { atSeconds: 64, act: { kind: "merged", pull: "web#44", by: "jonas-we", how: "squash" } },
  { atSeconds: 66, act: { kind: "revert-opened", pull: "tools#4", of: "tools#3", by: "ade-bello" } },
  { atSeconds: 67, act: { kind: "mishap", what: { kind: "broken-body", repository: "web" } } },
  { atSeconds: 69, act: { kind: "revert-opened", pull: "api#9", of: "api#8", by: "tomoko-i" } },
  { atSeconds: 71, act: { kind: "merged", pull: "tools#4", by: "ade-bello", how: "merge-commit" } },
  { atSeconds: 73, act: { kind: "merged", pull: "api#9", by: "tomoko-i", how: "squash" } },
  {
    atSeconds: 75,
    act: {
      kind: "main-pushed",
      repository: "web",
      by: "jonas-we",
      commit: 'Revert "Drop the old checkout"',
      reverts: "web#44",
    },
  },
  { atSeconds: 77, act: { kind: "closed", pull: "web#43", by: "ade-bello" } },
  { atSeconds: 78, act: { kind: "mishap", what: { kind: "unknown-event", repository: "web", by: "lin-zhou" } } },
  { atSeconds: 80, act: { kind: "renamed", repository: "api", to: "payments-api", by: "mira-holt" } },
  {
    atSeconds: 82,
    act: { kind: "ci-run", by: "circleci", name: "test-and-lint", run: 503, on: "api", status: "success" },
  },
  {
    atSeconds: 84,
    act: {
      kind: "opened",
      pull: "api#10",
      by: "acme-agent[bot]",
      title: "Log why a payment was refused",
      branch: "agent/log-refusals",
    },
  },
  { atSeconds: 86, act: { kind: "ci-run", by: "gitlab-ci", name: "test", run: 77003, on: "tools", status: "success" } },
  {
    atSeconds: 88,
    act: {
      kind: "opened",
      pull: "web#45",
      by: "acme-agent[bot]",
      title: "Explain the price at the checkout",
      branch: "agent/explain-price",
      draft: true,
    },
  },
  {
    atSeconds: 89,
    act: { kind: "ci-run", by: "github-actions", name: "build", run: 313, on: "web#45", status: "in_progress" },
  },
];
