import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveRepository } from "../../src/outcome/resolve-repository.ts";
import type { Store } from "../../src/store/store.ts";
import { makeSqlite, type TestDatabase } from "../conformance/database.ts";
import {
  acmeWeb,
  genericCiRun,
  githubDeleted,
  githubPing,
  githubPullRequest,
  githubPush,
  githubRenamed,
} from "./github-words.ts";
import { acmeProject, gitlabMergeRequest } from "./gitlab-words.ts";
import { addDeliveries, recordAll, whatComesOf } from "./recorded.ts";
import type { Told } from "./told.ts";

let database: TestDatabase;
let deps: { store: Store; deliveryIds: number[] };

beforeAll(async () => {
  database = await makeSqlite();
  const store = await database.open();
  deps = { store, deliveryIds: await addDeliveries(store, 8) };
});
afterAll(() => database[Symbol.asyncDispose]());

const at = (minute: number): string => new Date(Date.parse("2026-01-02T01:00:00Z") + minute * 60_000).toISOString();
const opened = (repository: typeof acmeWeb, number: number, minute: number): Told =>
  githubPullRequest(repository, { action: "opened", number, updatedAt: at(minute), headSha: "a".repeat(40) });

const repositoriesAfter = (told: Told[]) =>
  whatComesOf(told, async (queries) => (await queries.repositories.list({ limit: 10, after: null })).rows, deps);

describe("repositories", () => {
  test("two forges may have one name; what a CI system says of it goes to one of them, and to the same again", async () => {
    const told = [
      opened(acmeWeb, 7, 0),
      gitlabMergeRequest(
        { ...acmeProject, slug: "acme/web" },
        { iid: 7, action: "open", updatedAt: at(1), headSha: "b".repeat(40) },
      ),
      genericCiRun("acme/web", { runId: "1", status: "in_progress", at: at(2) }),
      genericCiRun("acme/web", { runId: "1", status: "success", at: at(3) }),
    ];

    const runs = await whatComesOf(
      told,
      async (queries) => (await queries.ciRuns.list({}, { limit: 10, after: null })).rows,
      deps,
    );

    expect((await repositoriesAfter(told)).map((row) => [row.host, row.slug])).toEqual([
      ["github.com", "acme/web"],
      ["gitlab.com", "acme/web"],
    ]);
    expect(runs).toMatchObject([{ run_id: "1", status: "success" }]);
  });

  test("a name that changes hands is another repository, and its pull requests of the same number others", async () => {
    const told = [
      opened(acmeWeb, 7, 0),
      opened({ ...acmeWeb, slug: "acme/old-web" }, 8, 1),
      opened({ ...acmeWeb, id: 2 }, 7, 2),
      genericCiRun("acme/web", { runId: "1", status: "success", at: at(3) }),
    ];

    const rows = await whatComesOf(
      told,
      async (queries) =>
        [
          ...(await queries.pullRequests.list({}, { limit: 10, after: null })).rows,
          ...(await queries.ciRuns.list({}, { limit: 10, after: null })).rows,
        ].map((row) => row.repo_slug),
      deps,
    );

    expect((await repositoriesAfter(told)).map((row) => [row.forge_id, row.slug])).toEqual([
      ["1296269", "acme/old-web"],
      ["2", "acme/web"],
    ]);
    expect(rows.toSorted()).toEqual(["acme/old-web", "acme/old-web", "acme/web", "acme/web"]);
  });

  test("an old ping that comes again does not give back a name that was given up", async () => {
    const oldPing = githubPing(acmeWeb, at(1), at(9));
    const renamed = githubRenamed({ ...acmeWeb, slug: "acme/shop" }, "web", at(5));

    expect(await repositoriesAfter([opened(acmeWeb, 7, 0), renamed, oldPing])).toMatchObject([{ slug: "acme/shop" }]);
    expect(await repositoriesAfter([oldPing, renamed])).toMatchObject([{ slug: "acme/shop" }]);
  });

  test("a deletion is remembered, whatever older word comes after it", async () => {
    expect(await repositoriesAfter([githubDeleted(acmeWeb, at(5)), opened(acmeWeb, 7, 4)])).toMatchObject([
      { state: "deleted" },
    ]);
    expect(await repositoriesAfter([opened(acmeWeb, 7, 5), githubDeleted(acmeWeb, at(5))])).toMatchObject([
      { state: "deleted" },
    ]);
    expect(await repositoriesAfter([githubDeleted(acmeWeb, at(5)), opened(acmeWeb, 7, 6)])).toMatchObject([
      { state: "active" },
    ]);
  });

  test("a payload without its host is always of the same repository", async () => {
    const hostless = {
      forge: "github",
      host: null,
      forgeId: "7",
      slug: "acme/web",
      defaultBranch: null,
      url: null,
    } as const;

    const ids = await whatComesOf(
      [],
      async (queries) => {
        const rows = [];
        for (const minute of [0, 1]) rows.push(await resolveRepository(hostless, at(minute), at(minute), queries));
        return rows.map((row) => row.id);
      },
      deps,
    );

    expect(ids[0]).toBe(ids[1]);
  });

  test("what a payload without the repository's number says of pull requests and pushes is not taken, and said so", async () => {
    const numberless = ({ event, payloadText }: Told): Told => ({
      event: { ...event, repository: event.repository === null ? null : { ...event.repository, forgeId: null } },
      payloadText,
    });
    const told = [
      numberless(opened(acmeWeb, 7, 0)),
      numberless(
        githubPush(acmeWeb, {
          branch: "main",
          before: "0".repeat(40),
          after: "a".repeat(40),
          commits: [{ sha: "a".repeat(40), message: "x", committedAt: at(0) }],
          pushedAt: at(0),
        }),
      ),
    ];

    const counts = await whatComesOf(
      [],
      async (queries) => {
        await recordAll(told, queries, deps.deliveryIds);
        return [await queries.pullRequests.count({}), await queries.commits.count({}), await queries.events.count({})];
      },
      deps,
    );

    expect(counts).toEqual([0, 0, 2]);
  });
});
