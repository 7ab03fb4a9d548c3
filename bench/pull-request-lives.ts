import { createRequire } from "node:module";
import type { ArrivedDelivery } from "../src/domain/delivery.ts";

export type LivesShape = { deliveries: number; pullRequests: number; repositories: number };

type Payload = { action: string; pull_request: Record<string, unknown>; repository: Record<string, unknown> };

/**
 * Deliveries that tell the lives of some pull requests in turns: opened, pushed to, labelled, closed, reopened and at last merged. The payloads
 * are GitHub's own example with other numbers, names, times and states.
 */
export function* pullRequestLives(shape: LivesShape): Generator<ArrivedDelivery> {
  const example = examplePayload();
  const firstMs = Date.parse("2026-01-02T03:04:05.000Z");
  const chaptersOfEach = Math.ceil(shape.deliveries / shape.pullRequests);
  for (let index = 0; index < shape.deliveries; index += 1) {
    const chapter = Math.floor(index / shape.pullRequests);
    const pullRequest = index % shape.pullRequests;
    const at = new Date(firstMs + index * 1000).toISOString().replace(".000Z", "Z");
    const isLast = chapter === chaptersOfEach - 1 || index + shape.pullRequests >= shape.deliveries;
    const payload = tell(example, { pullRequest, repositories: shape.repositories, chapter, at, isLast });
    yield {
      source: "github",
      provider: "github",
      hookId: "1",
      deliveryId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      event: "pull_request",
      contentType: "application/json",
      headers: { "x-github-event": "pull_request" },
      body: Buffer.from(JSON.stringify(payload)),
      secretUsed: "current",
      receivedAt: new Date(firstMs + index * 1000 + 500).toISOString(),
    };
  }
}

const middle = ["synchronize", "labeled", "edited", "review_requested", "closed", "reopened"];

type Telling = { pullRequest: number; repositories: number; chapter: number; at: string; isLast: boolean };

function tell(example: Payload, { pullRequest, repositories, chapter, at, isLast }: Telling): Payload {
  const repository = pullRequest % repositories;
  const slug = `acme/service-${repository}`;
  const number = Math.floor(pullRequest / repositories) + 1;
  const action =
    chapter === 0 ? "opened" : isLast ? "closed" : (middle[(chapter - 1) % middle.length] ?? "synchronize");
  const isClosed = action === "closed";
  const sha = (salt: number): string => (pullRequest * 1000 + salt).toString(16).padStart(40, "a");
  const head = example.pull_request["head"] as Record<string, unknown>;
  return {
    ...example,
    action,
    pull_request: {
      ...example.pull_request,
      number,
      html_url: `https://github.com/${slug}/pull/${number}`,
      title: `Change ${number} of ${slug}, as told the ${chapter}th time`,
      state: isClosed ? "closed" : "open",
      merged: isLast,
      merged_at: isLast ? at : null,
      merge_commit_sha: isLast ? sha(999) : null,
      closed_at: isClosed ? at : null,
      updated_at: at,
      commits: chapter + 1,
      head: { ...head, ref: `feature-${number}`, sha: sha(chapter) },
    },
    repository: {
      ...example.repository,
      id: 1000 + repository,
      name: `service-${repository}`,
      full_name: slug,
      html_url: `https://github.com/${slug}`,
    },
  };
}

function examplePayload(): Payload {
  const events = createRequire(import.meta.url)("@octokit/webhooks-examples") as {
    name: string;
    examples: Payload[];
  }[];
  const example = events
    .find(({ name }) => name === "pull_request")
    ?.examples.find(({ action }) => action === "opened");
  if (example === undefined) throw new Error("@octokit/webhooks-examples has no opened pull request any more");
  return example;
}
