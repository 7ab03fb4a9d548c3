import { describe, expect, test } from "vitest";
import type { Page, PageRequest } from "../../src/store/page.ts";
import type { MakeDatabase } from "./database.ts";
import { arrivedMany } from "./delivery.ts";
import { addCiRun, addPullRequest, addRepository } from "./rows.ts";

export function exerciseLists(makeDatabase: MakeDatabase): void {
  describe("lists", () => {
    test("201 rows are two pages of 200, each row once", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(201));

      const first = await store.deliveries.list({}, { limit: 200, after: null });
      const second = await store.deliveries.list({}, { limit: 200, after: first.next });

      expect([first.rows.length, second.rows.length, second.next]).toEqual([200, 1, null]);
      expect(first.next).not.toBeNull();
      expect(new Set([...first.rows, ...second.rows].map((row) => row.id)).size).toBe(201);
    });

    test("200 rows are one page of 200, with none behind it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(200));

      const page = await store.deliveries.list({}, { limit: 200, after: null });

      expect([page.rows.length, page.next]).toEqual([200, null]);
    });

    test("rows that are equal in the list's order are still shown once each", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const repository = await addRepository(store);
      const times = [
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678Z",
        "2026-01-03T00:00:00.000Z",
      ];
      await store.transaction(async (queries) => {
        for (let number = 1; number <= 201; number += 1) {
          const updated_at = times[number % 4] ?? "";
          await addPullRequest(queries, repository, { pr_number: number, updated_at });
          await addCiRun(queries, repository, { run_id: String(number), updated_at });
        }
        await queries.commits.add(
          Array.from({ length: 201 }, (_, index) => ({
            repository_id: repository.id,
            sha: index.toString(16).padStart(40, "0"),
            subject: "s",
            message: "s",
            author_name: "Ann",
            author_email: "ann@example.org",
            url: null,
            committed_at: times[index % 4] ?? "",
            landed_at: null,
            landed_by_sha: null,
            landed_branch: null,
            landed_depth: null,
            landed_with: null,
          })),
        );
      });

      const pullRequests = await everyPage(7, (page) => store.pullRequests.list({}, page));
      const ciRuns = await everyPage(7, (page) => store.ciRuns.list({}, page));
      const commits = await everyPage(7, (page) => store.commits.list({}, page));

      for (const rows of [pullRequests, ciRuns, commits]) expect(new Set(rows.map((row) => row.id)).size).toBe(201);
      expect(pullRequests.map((row) => row.updated_at)).toEqual(
        pullRequests
          .map((row) => row.updated_at)
          .toSorted()
          .toReversed(),
      );
      expect(pullRequests.length + ciRuns.length + commits.length).toBe(603);
    });

    test("names are in the order of their bytes, and pages follow it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const slugs = [
        "acme/web",
        "acme/Web2",
        "acme/_x",
        "acme/-x",
        "acme/é",
        "acme/ß",
        "Ärger/a",
        "zeta/a",
        "acme/😀",
        "acme/web-a",
        "acme/web.a",
        "acme/webb",
        "acme/﷽",
        "acme/z",
      ];
      await store.transaction(async (queries) => {
        for (const slug of slugs) await addRepository(queries, { slug });
      });

      const shown = (await everyPage(3, (page) => store.repositories.list(page))).map((row) => row.slug_key);

      expect(shown).toEqual(
        slugs.map((slug) => slug.toLowerCase()).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    });

    test("filters narrow lists and counts alike", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const web = await addRepository(store, { slug: "Acme/Web" });
      const api = await addRepository(store, { slug: "Acme/api" });
      await addPullRequest(store, web, {
        pr_number: 1,
        state: "merged",
        updated_at: "2026-01-01T00:00:00.000Z",
        merged_at: "2026-01-01T00:00:00.000Z",
      });
      await addPullRequest(store, web, { pr_number: 2 });
      await addPullRequest(store, api, { pr_number: 1, state: "closed" });
      await addCiRun(store, web, { run_id: "1", commit_sha: "abc".padEnd(40, "0"), status: "failure" });
      await addCiRun(store, api, { run_id: "1", commit_sha: "abd".padEnd(40, "0") });
      const [merged] = await store.pullRequests.findMany(web.id, [1]);
      await store.pullRequests.setReverted(merged?.id ?? 0, "2026-01-05T00:00:00.000Z");

      const numbersOf = async (filter: Parameters<typeof store.pullRequests.list>[0]) => {
        const { rows } = await store.pullRequests.list(filter, { limit: 10, after: null });
        expect(await store.pullRequests.count(filter)).toBe(rows.length);
        return rows.map((row) => `${row.repo_slug}#${row.pr_number}`);
      };

      expect(await numbersOf({ repo: "acme/WEB" })).toEqual(["Acme/Web#2", "Acme/Web#1"]);
      expect(await numbersOf({ state: "merged" })).toEqual(["Acme/Web#1"]);
      expect(await numbersOf({ state: "reverted" })).toEqual(["Acme/Web#1"]);
      expect(await numbersOf({ since: "2026-01-02T00:00:00.000Z" })).toEqual(["Acme/api#1", "Acme/Web#2"]);
      expect(await numbersOf({ repo: "acme/api", state: "open" })).toEqual([]);
      expect(await store.ciRuns.count({ commitSha: "ab" })).toBe(2);
      expect(await store.ciRuns.count({ commitSha: "abc" })).toBe(1);
      expect(await store.ciRuns.count({ repo: "acme/web", status: "failure" })).toBe(1);
      expect(await store.ciRuns.countFinishedSince("2026-01-01T00:00:00.000Z")).toEqual(
        expect.arrayContaining([
          { status: "failure", count: 1 },
          { status: "success", count: 1 },
        ]),
      );
      expect(await store.pullRequests.countMergedSince("2026-01-01T00:00:00.000Z")).toBe(1);
      expect(await store.pullRequests.countRevertedSince("2026-01-06T00:00:00.000Z")).toBe(0);
    });

    test("texts of every script come back as they went in, and large numbers too", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const odd = [
        "\u202Egnp.exe",
        "a\u0301 e\u0300",
        "👩‍👩‍👧‍👦",
        "\uFEFFbom",
        "line\nbreak\ttab",
        "' or 1=1; --",
        "%s %n ${x} {{y}}",
        "\\x00 \\",
        "\u0001\u001f",
        "𝕏".repeat(500),
        "\uFFFD",
        "",
      ];
      const repository = await addRepository(store);

      await store.transaction(async (queries) => {
        for (const [index, title] of odd.entries())
          await addPullRequest(queries, repository, {
            pr_number: 2 ** 40 + index,
            title,
            raw_json: JSON.stringify(title),
            commits_count: 2 ** 33,
          });
      });

      for (const [index, title] of odd.entries()) {
        const row = await store.pullRequests.find(repository.id, 2 ** 40 + index);
        expect(row).toMatchObject({ title, pr_number: 2 ** 40 + index, commits_count: 2 ** 33 });
        expect((await store.pullRequests.get(row?.id ?? 0))?.raw_json).toBe(JSON.stringify(title));
      }
    });

    test("a shortened SHA finds what begins so, and what a pull request was merged as", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const repository = await addRepository(store);
      const sha = (start: string) => start.padEnd(40, "0");
      await addPullRequest(store, repository, {
        pr_number: 1,
        state: "merged",
        merge_commit_sha: sha("aaaaaaa1"),
        head_sha: sha("bbbbbbb1"),
      });
      await addPullRequest(store, repository, {
        pr_number: 2,
        state: "merged",
        merge_commit_sha: null,
        head_sha: sha("ccccccc1"),
      });
      await addPullRequest(store, repository, {
        pr_number: 3,
        state: "open",
        merge_commit_sha: null,
        head_sha: sha("ddddddd1"),
      });

      const numbersOf = async (prefixes: string[]) =>
        (await store.pullRequests.mergedByPrefix(repository.id, prefixes)).map((row) => row.pr_number);

      expect(await numbersOf(["aaaaaaa"])).toEqual([1]);
      expect(await numbersOf([sha("aaaaaaa1"), "ccccccc1"])).toEqual([1, 2]);
      expect(await numbersOf(["bbbbbbb", "ddddddd", "eeeeeee"])).toEqual([]);
      expect(await numbersOf([])).toEqual([]);
    });

    test("who reverts what is found from both ends, also by a shortened SHA", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const repository = await addRepository(store);
      const target = "abcdef0123456789".padEnd(40, "0");
      await store.reverts.add(repository.id, { kind: "commit", ref: "f".repeat(40) }, [
        { target_kind: "commit", target_ref: "abcdef01", evidence: "commit-message" },
      ]);
      await store.reverts.replace(repository.id, { kind: "pull-request", ref: "8" }, [
        { target_kind: "pull-request", target_ref: "7", evidence: "pull-request-body" },
        { target_kind: "commit", target_ref: "abcdef9", evidence: "branch-name" },
      ]);

      expect(await store.reverts.any(repository.id)).toBe(true);
      expect(await store.reverts.any(repository.id + 1)).toBe(false);
      expect(
        (await store.reverts.of(repository.id, { kind: "commit", ref: target })).map((row) => row.reverter_ref),
      ).toEqual(["f".repeat(40)]);
      expect(
        (await store.reverts.of(repository.id, { kind: "pull-request", ref: "7" })).map((row) => row.reverter_ref),
      ).toEqual(["8"]);
      expect(
        (await store.reverts.by(repository.id, { kind: "pull-request", ref: "8" })).map((row) => row.target_ref),
      ).toEqual(["7", "abcdef9"]);

      await store.reverts.replace(repository.id, { kind: "pull-request", ref: "8" }, []);
      expect(await store.reverts.by(repository.id, { kind: "pull-request", ref: "8" })).toEqual([]);
    });
  });
}

/** Walks a list to its end. */
async function everyPage<Row>(limit: number, list: (page: PageRequest) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: PageRequest["after"] = null; ;) {
    const page = await list({ limit, after });
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
  }
}
