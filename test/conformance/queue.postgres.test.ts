import { afterAll, describe, expect, test } from "vitest";
import { onePostgres } from "./one-postgres.ts";
import { changeByHand } from "./past-the-store.ts";
import { exerciseQueue } from "./queue.ts";

describe("the queue on PostgreSQL", () => {
  const { make: makePostgres, end } = onePostgres();
  afterAll(end);
  exerciseQueue(makePostgres);

  test("what is announced is heard by others, also after the listener's connection was cut", async () => {
    await using database = await makePostgres();
    const store = await database.open();
    let hear = (): void => {};
    const heard = () => new Promise<void>((resolve) => (hear = resolve));
    const watch = await store.watchQueue(() => hear());

    const first = heard();
    await store.commandClaims.announce();
    await first;
    const anew = heard();
    await changeByHand(
      database,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pullwright queue' and datname = current_database()",
    );
    // A new connection counts as a word: what was said meanwhile is lost.
    await anew;
    const second = heard();
    await store.commandClaims.announce();
    await second;

    await watch.close();
  });

  test("the server's clock says when something is due, not the worker's", async () => {
    await using database = await makePostgres();
    const store = await database.open();
    await store.workflows.add(
      { id: "SCRUM-1", repositoryKey: null, title: null, checkoutDir: null, issueDir: null, requestedBy: "operator" },
      null,
    );
    const command = {
      type: "create_pull_request",
      workflowId: "SCRUM-1",
      repositoryKey: null,
      writes: false,
      payload: {},
      priority: 0,
      attemptsMax: 3,
      availableAt: "",
      requestedBy: "operator",
    } as const;
    await store.commands.add({ ...command, idempotencyKey: "now" }, 0, null);
    await store.commands.add({ ...command, idempotencyKey: "later" }, 3_600_000, null);

    await store.commandClaims.makeDue(null);
    const claim = { type: "create_pull_request", limit: 1, owner: "one", leaseMs: 30_000, now: null } as const;
    const claimed = [...(await store.commandClaims.claim(claim)), ...(await store.commandClaims.claim(claim))];

    expect(claimed).toHaveLength(1);
    const untilDueMs = (await store.commandClaims.msUntilDue(null)) ?? 0;
    expect(untilDueMs).toBeGreaterThan(3_000_000);
    expect(untilDueMs).toBeLessThanOrEqual(3_600_000);
    expect(
      await database.rows(
        "select lease_until_at > started_at as later, started_at ~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' as written from commands where state = 'running'",
      ),
    ).toEqual([{ later: true, written: true }]);
  });
});
