import { describe, expect, test } from "vitest";
import { openEventStream } from "../support/event-stream-client.ts";
import { createDatabase } from "../support/postgres.ts";
import { circleciWorkflow, genericRun, githubPullRequest, gitlabMergeRequest } from "../support/sample-payloads.ts";
import { startTestService, type TestService } from "../support/service.ts";

describe.each(["sqlite", "postgres"] as const)("on %s", (engine) => {
  test("a webhook becomes a row that the API, the command line and the live page show", async () => {
    await using database = await databaseFor(engine);
    await using service = await startTestService(database.options);
    await using stream = await openEventStream(service.appUrl, { authorization: `Bearer ${service.token}` });

    const answer = await service.send(
      "github",
      "pull_request",
      githubPullRequest({ number: 7, title: "Add a button" }),
    );
    const told = await stream.until((message) => message.event === "event");
    await service.digested();
    const overHttp = await service.get("/api/v1/prs");
    const onTheCommandLine = await service.cli("prs", "--json");

    expect(answer.status).toBe(202);
    expect(answer.json()).toEqual({ status: "accepted", delivery_id: answer.deliveryId });
    expect(told.data).toMatchObject({
      kind: "github.pull_request.opened",
      repo_slug: "acme/web",
      subject_ref: "7",
      actor: "mira-holt",
    });
    expect(overHttp.json().data).toMatchObject([
      { repo_slug: "acme/web", pr_number: 7, title: "Add a button", state: "open", author: "mira-holt" },
    ]);
    expect(JSON.parse(onTheCommandLine.stdout)).toEqual(overHttp.json());
    expect((await service.get("/api/v1/status")).json().store).toEqual({ engine });
  });

  test("every sender's deliveries are told apart, and the same news from two hooks is one event", async () => {
    await using database = await databaseFor(engine);
    await using service = await startTestService(database.options);

    const deliveryId = crypto.randomUUID();
    const sent = [
      await service.send("github", "pull_request", githubPullRequest(), { deliveryId, hookId: "1" }),
      await service.send("github", "pull_request", githubPullRequest(), { deliveryId, hookId: "2" }),
      await service.send("github", "pull_request", githubPullRequest(), { deliveryId, hookId: "2" }),
      await service.send("github", "pull_request", githubPullRequest({ title: "Another" }), {
        deliveryId,
        hookId: "2",
      }),
      await service.send("gitlab", "Merge Request Hook", gitlabMergeRequest()),
      await service.send("circleci", "workflow-completed", circleciWorkflow({ run: 1 })),
      await service.send("generic-ci", "", genericRun({ run: 2 })),
    ];
    await service.digested();
    const [events, prs, runs] = [
      (await service.get("/api/v1/events")).json().data,
      (await service.get("/api/v1/prs")).json().data,
      (await service.get("/api/v1/runs")).json().data,
    ];

    expect(sent.map(({ status }) => status)).toEqual([202, 202, 200, 409, 202, 202, 202]);
    expect(sent[3]?.json().detail.error_code).toBe("DELIVERY_ID_CONFLICT");
    expect(events.map((event: { kind: string }) => event.kind).toSorted()).toEqual([
      "ci.run.completed",
      "ci.run.completed",
      "github.pull_request.opened",
      "gitlab.pull_request.opened",
    ]);
    expect(prs.map((row: { repo_slug: string; title: string }) => [row.repo_slug, row.title]).toSorted()).toEqual([
      ["acme/tools/deploy", "Add a button"],
      ["acme/web", "Add a button"],
    ]);
    expect(
      runs.map((row: { provider: string; repo_slug: string }) => [row.provider, row.repo_slug]).toSorted(),
    ).toEqual([
      ["circleci", "acme/web"],
      ["jenkins", "acme/web"],
    ]);
  });

  test("the same delivery a thousand times at once is one row, one event, and a thousand times yes", async () => {
    await using database = await databaseFor(engine);
    await using service = await startTestService(database.options);
    const deliveryId = crypto.randomUUID();
    const payload = githubPullRequest();

    const statuses: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => service.send("github", "pull_request", payload, { deliveryId })),
      );
      statuses.push(...answers.map((answer) => answer.status));
    }
    await service.digested();
    const deliveries = (await service.get("/api/v1/deliveries")).json().data;

    expect(statuses.filter((status) => status === 202)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(999);
    expect(deliveries).toMatchObject([{ delivery_id: deliveryId, duplicate_count: 999 }]);
    expect((await service.get("/api/v1/events")).headers["x-total-count"]).toBe("1");
  });

  test("what was acknowledged before a stop is there after the next start, and a stop under load is polite", async () => {
    await using database = await databaseFor(engine);
    await using service = await startTestService(database.options);

    const acknowledged: string[] = [];
    const senders = Array.from({ length: 8 }, (_, index) => sendUntilRefused(service, index, acknowledged));
    await untilAcknowledged(acknowledged, 200);
    const begun = performance.now();
    const ended = await service.stop();
    const stopMs = performance.now() - begun;
    await Promise.all(senders);
    await service.restart();
    await service.digested();
    const list = await service.cli("deliveries", "list", "--all", "--json");
    const stored = (JSON.parse(list.stdout) as { data: { delivery_id: string; state: string }[] }).data;

    expect(ended.code).toBe(0);
    expect(stopMs).toBeLessThan(10_000);
    expect(acknowledged.filter((id) => !stored.some((row) => row.delivery_id === id))).toEqual([]);
    expect(stored.filter((row) => row.state !== "digested")).toEqual([]);
  });
});

async function databaseFor(engine: "sqlite" | "postgres") {
  if (engine === "sqlite") return { options: {}, [Symbol.asyncDispose]: async () => {} };
  const database = await createDatabase();
  return { options: { databaseUrl: database.url }, [Symbol.asyncDispose]: () => database.drop() };
}

/** Sends pull requests one after another until the service is gone; keeps the ids of those that were acknowledged. */
async function sendUntilRefused(service: TestService, sender: number, acknowledged: string[]): Promise<void> {
  for (let number = 1; ; number += 1) {
    try {
      const answer = await service.send(
        "github",
        "pull_request",
        githubPullRequest({ number: sender * 100_000 + number }),
      );
      if (answer.status === 202) acknowledged.push(answer.deliveryId);
    } catch {
      return;
    }
  }
}

async function untilAcknowledged(acknowledged: string[], count: number): Promise<void> {
  while (acknowledged.length < count) await new Promise((resolve) => setImmediate(resolve));
}
