import { expect } from "vitest";
import { errorCodes } from "../../src/domain/error.ts";
import type { NormalisedDelivery, NormalisedEvent } from "../../src/domain/event.ts";
import type { Fact } from "../../src/domain/fact.ts";
import { isGithubSlug, isGitlabSlug } from "../../src/normalise/repository-slug.ts";

const sha = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
const instant = /^(19[7-9]\d|20\d\d)-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** What holds for every answer, whatever the payload was. */
export function expectInGrammar(answer: NormalisedDelivery): void {
  if (answer.kind === "refused") expect(Object.keys(errorCodes)).toContain(answer.code);
  if (answer.kind !== "understood") {
    expect(answer.because).toMatch(/^[^\n]{1,300}$/);
    return;
  }
  expectEventInGrammar(answer.event);
  for (const fact of answer.event.facts) expectFactInGrammar(fact);
  expectStorable(answer.event);
}

function expectEventInGrammar(event: NormalisedEvent): void {
  expect(event.kind).toMatch(/^(github|gitlab|ci)\.[a-z_]+\.[a-z0-9_]+$/);
  expect(event.subject.ref).not.toBe("");
  expect(event.occurredAt).toMatch(instant);
  expect(event.summary).toMatch(/^[^\p{Cc}\u2028\u2029]{1,300}$/u);
  if (event.commitSha !== null) expect(event.commitSha).toMatch(sha);
  if (event.repository === null) return;
  const { slug, host, forgeId } = event.repository;
  expect(isGithubSlug(slug) || isGitlabSlug(slug)).toBe(true);
  if (forgeId !== null) expect(forgeId).toMatch(/^[1-9]\d{0,19}$/);
  if (host !== null) expect(host).toMatch(/^[^\sA-Z/@]+$/);
}

function expectFactInGrammar(fact: Fact): void {
  switch (fact.kind) {
    case "pull-request":
      expect(Number.isSafeInteger(fact.number) && fact.number > 0).toBe(true);
      expect(fact.observedAt).toMatch(instant);
      for (const id of [fact.headSha, fact.mergeCommitSha]) if (id !== undefined) expect(id).toMatch(sha);
      if (fact.state !== "merged") expect(fact).not.toHaveProperty("mergeCommitSha");
      return;
    case "ci-run":
      expect(fact.commitSha).toMatch(sha);
      expect(Number.isSafeInteger(fact.runAttempt) && fact.runAttempt > 0).toBe(true);
      expect(fact.runId).not.toBe("");
      expect(fact.observedAt).toMatch(instant);
      return;
    case "push":
      expect(fact.afterSha).toMatch(sha);
      expect(fact.pushedAt).toMatch(instant);
      expect(fact.commitsCount).toBeGreaterThanOrEqual(fact.commits.length);
      for (const commit of fact.commits) {
        expect(commit.sha).toMatch(sha);
        expect(commit.committedAt).toMatch(instant);
      }
      return;
    case "repository":
      if (fact.formerSlug !== null) expect(isGithubSlug(fact.formerSlug)).toBe(true);
  }
}

/** No text that a database or a page could choke on, and no field that is there without a value. */
function expectStorable(value: unknown): void {
  if (typeof value === "string") {
    expect(value.isWellFormed()).toBe(true);
    expect(value).not.toContain("\0");
    expect(new TextEncoder().encode(value).byteLength).toBeLessThanOrEqual(64 * 1024);
    return;
  }
  expect(value).not.toBe(undefined);
  if (value !== null && typeof value === "object") for (const part of Object.values(value)) expectStorable(part);
}
