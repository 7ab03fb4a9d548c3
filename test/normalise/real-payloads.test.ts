import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import type { NormalisedDelivery } from "../../src/domain/event.ts";
import { isUnderstoodEvent, normalise, understoodEvents } from "../../src/normalise/normalise.ts";
import { expectInGrammar } from "./expect-in-grammar.ts";
import { deliveryOf, gitlabEvents } from "./webhook-fixtures.ts";

type Examples = { name: string; examples: object[] }[];

const require = createRequire(import.meta.url);

test.each(["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"])(
  "every example that the community keeps of %s is understood or ignored",
  (server) => {
    const file = require
      .resolve("@octokit/webhooks-examples/package.json")
      .replace("package.json", `${server}/index.json`);
    const events = JSON.parse(readFileSync(file, "utf8")) as Examples;

    const answers = events.flatMap(({ name, examples }) =>
      examples.map((payload) => ({ name, answer: normalise(deliveryOf("github", name, JSON.stringify(payload))) })),
    );

    expect(answers.filter(({ answer }) => answer.kind === "refused")).toEqual([]);
    for (const { name, answer } of answers) {
      expect(answer.kind).toBe(isUnderstoodEvent("github", name) ? "understood" : "ignored");
      expectInGrammar(answer);
    }
  },
);

/** Captured payloads of other projects, which stay where they are; only on a machine that has them. */
const captured = new URL("../../../shared/fixtures/", import.meta.url);

test.skipIf(!existsSync(captured))("every captured payload of GitHub is understood or ignored", () => {
  const folder = new URL("github/webhooks/hub4j-payloads/", captured);
  const events = understoodEvents("github").toSorted((one, other) => other.length - one.length);

  let read = 0;
  for (const file of readdirSync(folder)) {
    const name = file.replace("check-", "check_").replace(/^issue_(?!comment)/, "issues_");
    const event = events.find((candidate) => name.startsWith(candidate)) ?? name.replace(".json", "");
    const answer = normalise(deliveryOf("github", event, readFileSync(new URL(file, folder))));

    expect({ file, kind: answer.kind }).toEqual({
      file,
      kind: isUnderstoodEvent("github", event) ? "understood" : "ignored",
    });
    expectInGrammar(answer);
    read += 1;
  }
  expect(read).toBeGreaterThan(60);
});

/** Those that GitLab never sent so, and why. */
const notReal: Record<string, string> = {
  "go-gitlab/group_merge_request.json": "The names of its fields end in a space.",
};

test.skipIf(!existsSync(captured))("every captured payload of GitLab is understood or ignored", () => {
  const answers: Record<string, NormalisedDelivery> = {};
  for (const source of ["go-gitlab", "gitlab4j/models", "gitlab4j/api"]) {
    const folder = new URL(`gitlab/webhooks/${source}/`, captured);
    for (const file of readdirSync(folder)) {
      const body = readFileSync(new URL(file, folder));
      const kind = (JSON.parse(body.toString()) as { object_kind?: string }).object_kind ?? "";
      const event = gitlabEvents[kind] ?? (kind === "work_item" ? "Issue Hook" : "System Hook");
      answers[`${source}/${file}`] = normalise(deliveryOf("gitlab", event, body));
    }
  }

  const refused = Object.keys(answers).filter((name) => answers[name]?.kind === "refused");
  expect(refused).toEqual(Object.keys(notReal));
  expect(Object.values(answers).filter(({ kind }) => kind === "understood").length).toBeGreaterThan(15);
  for (const answer of Object.values(answers)) expectInGrammar(answer);
});

test.skipIf(!existsSync(captured))("every captured payload of CircleCI is understood", () => {
  const folder = new URL("circleci/zulip/", captured);
  for (const file of readdirSync(folder)) {
    const answer = normalise(deliveryOf("ci", "circleci", readFileSync(new URL(file, folder))));

    expect({ file, kind: answer.kind }).toEqual({ file, kind: "understood" });
    expectInGrammar(answer);
  }
});
