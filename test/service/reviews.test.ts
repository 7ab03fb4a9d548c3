import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { known, leak, sampleHead, sampleReview, slow, storeReview } from "../support/sample-reviews.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { post } from "./ask-for-work.ts";
import { noWorkersHere, openWorkAtHand, type WorkAtHand } from "./work-at-hand.ts";

let service: TestService;
let work: WorkAtHand;
let folder: string;
let first: number;
let second: number;

const gone = { ...slow, id: "f_2222222222", title: "An old one" };

beforeAll(async () => {
  service = await startTestService({ environment: noWorkersHere });
  work = await openWorkAtHand(service.dataDir);
  const [command = 0] = await work.ask({ id: "SCRUM-7" }, { type: "review_pull_request" });
  folder = join(service.dataDir, "exports", "SCRUM-7", "github_review", "command-1-1");
  const { store } = work;
  first = await storeReview(
    store,
    folder,
    sampleReview(command, folder, {
      verdict: "inconclusive",
      code: "AGENT_TIMED_OUT",
      round: 1,
      findings: [],
      cost_micro_usd: null,
    }),
    [known(gone, { state: "resolved" })],
  );
  second = await storeReview(store, folder, sampleReview(command, folder), [
    known(leak),
    known(slow, { url: "https://github.com/acme/web/pull/7#discussion_r1" }),
  ]);
  const other = sampleReview(command, folder, {
    repository: "Group/Sub/App",
    pr_number: 8,
    pull_request_key: "gitlab:git.example.org:8443:9:8",
    verdict: "pass",
    findings: [],
  });
  await storeReview(store, folder, other, []);
  await work.end(command, { kind: "succeeded", because: "It was made up." });
});

afterAll(async () => {
  await work[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

const get = async (path: string): Promise<Record<string, never>> =>
  (await service.get(`/api/v1${path}`)).json() as Record<string, never>;
const idsOf = async (query: string): Promise<number[]> => {
  const { data } = (await get(`/reviews${query}`)) as unknown as { data: { id: number }[] };
  return data.map(({ id }) => id);
};

describe("the list of reviews", () => {
  test("has the newest first, with what each found, read and cost", async () => {
    const { data } = (await get("/reviews")) as unknown as { data: Record<string, unknown>[] };

    expect(data).toMatchObject([
      { verdict: "pass", provider: "gitlab", repository: "Group/Sub/App" },
      {
        id: second,
        provider: "github",
        findings_by_priority: { p0: 1, p1: 0, p2: 1, p3: 0 },
        coverage: { hunks_total: 2, hunks_read: 2, files_total: 3, files_not_read: 1 },
        cost_usd: 0.0834,
      },
      { id: first, cost_usd: null, code: "AGENT_TIMED_OUT" },
    ]);
  });

  test("is filtered, and read page by page", async () => {
    expect(await idsOf("?verdict=inconclusive")).toEqual([first]);
    expect(await idsOf("?repository=ACME/web&pr_number=7")).toEqual([second, first]);
    expect(await idsOf("?repository=group/sub/app")).toHaveLength(1);
    expect(await idsOf("?workflow_id=SCRUM-8")).toEqual([]);
    const page = (await get("/reviews?pr_number=7&limit=1")) as unknown as { next_cursor: string; has_more: boolean };
    expect(page.has_more).toBe(true);
    expect(await idsOf(`?pr_number=7&limit=1&cursor=${page.next_cursor}`)).toEqual([first]);
    expect((await service.get("/api/v1/reviews?verdict=fine")).status).toBe(422);
  });
});

describe("a review", () => {
  test("has its findings with their state today, what is gone, what was not read, and the comment word for word", async () => {
    const review = await get(`/reviews/${second}`);

    expect(review).toMatchObject({
      findings: [
        { id: leak.id, priority: 0, state: "open", start_line: 12, url: null },
        {
          id: slow.id,
          priority: 2,
          url: "https://github.com/acme/web/pull/7#discussion_r1",
          first_seen_sha: sampleHead,
        },
      ],
      earlier_findings: [{ id: gone.id, state: "resolved" }],
      not_read: [{ path: "logo.png", reason: "it is binary" }],
      summary: "## Pullwright automated review of #7\n\n**Findings.** 1 finding of P0 or P1.",
      check: { state: "neutral", title: "1 finding of P0 or P1, 2 in all" },
      remedy: null,
      pull_request_id: null,
      reviews_of_pull_request: [{ id: second }, { id: first }],
    });
    expect((await get(`/reviews/${first}`))["remedy"]).not.toBeNull();
    expect((await service.get("/api/v1/reviews/99")).status).toBe(404);
  });

  test("shows what it was made of, all parts of the transcript one after the other", async () => {
    expect(await get(`/reviews/${second}/files/transcript`)).toEqual({
      file: "transcript",
      text: "$ codex exec\nReading src/read.ts …\n\n--- agent_review-2.log ---\n$ codex exec\nReading src/list.ts …\n",
      bytes: 74,
      cut: false,
    });
    expect((await get(`/reviews/${second}/files/diff`))["text"]).toContain("+++ b/src/read.ts\n@@ -9,5 +9,7 @@");
    expect((await get(`/reviews/${second}/files/prompt`))["text"]).toMatch(/^# GitHub PR Review Task/);
  });

  test("shows nothing else: no other name, no link, no more than a mebibyte, no secret", async () => {
    await using own = await reviewIn("own");
    await writeFile(join(service.dataDir, "elsewhere.txt"), "somewhere else");
    await writeFile(join(own.folder, "agent_review.log"), `the key is ${service.secrets.github} here\n`.repeat(40_000));

    await symlink(join(service.dataDir, "elsewhere.txt"), join(own.folder, "review.diff.new"));
    await own.replace("review.diff", "review.diff.new");
    const transcript = await get(`/reviews/${own.id}/files/transcript`);

    expect((await service.get(`/api/v1/reviews/${own.id}/files/diff`)).status).toBe(404);
    expect((await service.get(`/api/v1/reviews/${own.id}/files/api-token`)).status).toBe(422);
    expect(transcript["cut"]).toBe(true);
    const text = String(transcript["text"]);
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(text).not.toContain(service.secrets.github);
    expect(text).toMatch(/here\n\n--- agent_review-2/);
  });
});

describe("a finding", () => {
  test("is dismissed and opened again, once each, and the log says who did so", async () => {
    const path = `/reviews/${second}/findings/${slow.id}`;
    const before = (await get("/events?limit=200")) as unknown as { data: unknown[] };

    const dismissed = await post(service, `${path}/dismiss`);
    const again = await post(service, `${path}/dismiss`);
    const states = await get(`/reviews/${second}`);
    const reopened = await post(service, `${path}/reopen`);

    expect([dismissed, again].map(({ status }) => status)).toEqual([200, 200]);
    expect(dismissed.json()).toMatchObject({ id: slow.id, state: "dismissed" });
    expect(states).toMatchObject({ findings: [{ state: "open" }, { state: "dismissed" }] });
    expect(reopened.json()).toMatchObject({ state: "open" });
    const { data } = (await get("/events?limit=200")) as unknown as { data: Record<string, unknown>[] };
    expect(data.slice(0, data.length - before.data.length)).toMatchObject([
      { kind: "reopen_requested", subject_kind: "review", subject_ref: String(second) },
      { kind: "dismiss_requested", summary: `Finding ${slow.id} of acme/web#7 was dismissed`, actor: "api" },
    ]);
    const audit = (await get(`/audit?subject=review%20${second}`)) as unknown as { data: Record<string, unknown>[] };
    expect(audit.data.map(({ action, actor }) => [action, actor])).toEqual([
      ["reopen_requested", "api"],
      ["dismiss_requested", "api"],
    ]);
  });

  test("that nobody knows is not dismissed", async () => {
    expect((await post(service, `/reviews/${second}/findings/f_ffffffffff/dismiss`)).status).toBe(404);
    expect((await post(service, `/reviews/99/findings/${slow.id}/dismiss`)).status).toBe(404);
    expect((await post(service, `/reviews/${second}/findings/1/dismiss`)).status).toBe(422);
  });
});

describe("the command line", () => {
  test("has the same lists and reviews", async () => {
    const list = await service.cli("reviews", "--pr", "7", "--repo", "acme/web", "--json");
    const one = await service.cli("reviews", "show", String(second), "--json");

    expect(JSON.parse(list.stdout)).toEqual(await get("/reviews?pr_number=7&repository=acme/web"));
    expect(JSON.parse(one.stdout)).toEqual(await get(`/reviews/${second}`));
  });

  test("tells a review as a person would: verdict, findings, what was not read, cost, and where it is", async () => {
    const { stdout, code } = await service.cli("reviews", "show", String(second));

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^FINDINGS {2}acme\/web#7 {2}Read files whole\n1 finding of P0 or P1\. Commit c{12}, round 2\./,
    );
    expect(stdout).toContain("P0  The file handle is never closed when reading fails  src/read.ts:12-13\n");
    expect(stdout).toContain("not read, or not wholly: logo.png (it is binary)");
    expect(stdout).toContain("codex, gpt-5-codex; 47.3 s; 48,213 tokens in, 1,904 out; $0.08");
    expect(stdout).toContain("https://github.com/acme/web/pull/7#issuecomment-1");
    expect((await service.cli("reviews")).stdout).toMatch(
      /INCONCLUSIVE +acme\/web#7 +ccccccc +1 +none +2 of 2 +codex, gpt-5-codex +cost not known/,
    );
  });

  test("dismisses a finding, and says what is wrong with a request", async () => {
    const done = await service.cli("findings", "dismiss", String(second), leak.id);
    const wrong = await service.cli("findings", "dismiss", String(second), "f_0");

    expect(done).toMatchObject({ code: 0, stdout: `${leak.id} is dismissed: ${leak.title}\n` });
    expect(wrong.code).toBe(2);
    expect((await service.cli("reviews", "show", "99")).code).toBe(1);
  });
});

/** One more review, whose folder may be spoiled. */
async function reviewIn(name: string) {
  const [command = 0] = await work.ask({ id: "SCRUM-9" }, { type: "review_pull_request" });
  const own = join(service.dataDir, "exports", name);
  const id = await storeReview(
    work.store,
    own,
    sampleReview(command, own, { pull_request_key: `github:github.com:501:${name.length}9` }),
    [],
  );
  return {
    id,
    folder: own,
    replace: async (to: string, from: string) => {
      const { rename } = await import("node:fs/promises");
      await rename(join(own, from), join(own, to));
    },
    [Symbol.asyncDispose]: async () => work.end(command, { kind: "succeeded", because: "It was made up." }),
  };
}
