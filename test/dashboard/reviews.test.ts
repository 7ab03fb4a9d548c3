import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { known, leak, sampleReview, slow, storeReview } from "../support/sample-reviews.ts";
import { accessibilityFaults } from "./accessibility.ts";
import { createDashboard } from "./dashboard-under-test.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";

const dashboard = createDashboard();
const gone = { ...slow, id: "f_2222222222", title: "A test is missing" };
let folder: string;
let command: number;
let review: number;
let inconclusive: number;

beforeAll(async () => {
  await dashboard.start();
  const work = dashboard.work();
  folder = join(dashboard.service().dataDir, "exports", "SCRUM-7", "github_review", "command-1-1");
  [command = 0] = await work.ask({ id: "SCRUM-7", title: "Read files whole" }, { type: "review_pull_request" });
  const { store } = work;
  const early = { round: 1, head_sha: "a1b2c3d4e5".repeat(4), findings: [gone] };
  await storeReview(store, folder, sampleReview(command, folder, early), [known(gone, { state: "resolved" })]);
  review = await storeReview(store, folder, sampleReview(command, folder), [known(leak), known(slow)]);
  inconclusive = await storeReview(
    store,
    folder,
    sampleReview(command, folder, {
      pull_request_key: "github:github.com:501:1",
      pr_number: 1,
      pr_title: "Change number 1",
      verdict: "inconclusive",
      code: "AGENT_TIMED_OUT",
      because: "The agent ran out of time.",
      findings: [],
      cost_micro_usd: null,
    }),
    [],
  );
  await work.end(command, {
    kind: "succeeded",
    because: "acme/web#7: findings.",
    links: [{ label: "Review of acme/web#7", url: "https://github.com/acme/web/pull/7#issuecomment-1" }],
    result: { review_id: review },
  });
});
afterAll(() => dashboard.stop());

test("the Reviews page says what each review found, read and cost, and is filtered", async () => {
  await using watched = await dashboard.open();
  const { page, troubles } = watched;
  await page.goto("/");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Reviews" }).click();

  const row = rowWith(page, "Read files whole").first();
  await row.getByText("Findings").waitFor();
  expect(await row.locator(".finding-counts").innerText()).toMatch(/1\s+P0\s+critical\s+1\s+P2\s+medium/);
  await row.getByText("$0.08").waitFor();
  await page.getByRole("radio", { name: "Inconclusive" }).check();
  await page.getByText("1 shown").waitFor();

  await rowWith(page, "Change number 1").getByText("Inconclusive").waitFor();
  expect(page.url()).toContain("/reviews?verdict=inconclusive");
  expect(troubles).toEqual([]);
});

test("a review shows its findings at the lines of the change, and marks what was not read", async () => {
  await using watched = await dashboard.open();
  const { page, troubles } = watched;
  await page.goto(`/reviews/${review}`);

  const diff = page.getByRole("table", { name: "Changed lines of src/read.ts" });
  await diff.waitFor();
  expect(await diff.locator("tr.is-marked").allInnerTexts()).toMatchObject([
    expect.stringContaining("const text = await handle.readFile('utf8');") as unknown,
    expect.stringContaining("await handle.close();") as unknown,
  ]);
  expect(await diff.locator("tr.diff-added + tr.diff-finding").innerText()).toContain(leak.title);
  await page.getByRole("article", { name: leak.title }).getByRole("link", { name: "src/read.ts:12-13" }).click();
  expect(await diff.locator("tr.diff-finding:target").count()).toBe(1);
  await page
    .locator(".diff-file", { hasText: "logo.png" })
    .getByText("Not read, or not wholly: it is binary.")
    .waitFor();
  await page.getByText("src/rows.ts → src/list.ts").waitFor();
  expect(troubles).toEqual([]);
});

test("what the agent printed and was asked is read when somebody opens it", async () => {
  await using watched = await dashboard.open();
  const { page, troubles } = watched;
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`/reviews/${review}`);
  await page.getByRole("table", { name: "Changed lines of src/read.ts" }).waitFor();
  expect(asked.filter((path) => path.endsWith("/transcript"))).toEqual([]);

  await page.getByText("What the agent printed").click();

  await page.getByText("Reading src/list.ts …").waitFor();
  await page.getByText("1 of other reviews, and not of this one").click();
  await page.getByRole("article", { name: gone.title }).getByText("Gone").waitFor();
  expect(troubles).toEqual([]);
});

test("a finding is dismissed on one page, seen so on another, and opened again", async () => {
  await using watched = await dashboard.open();
  await using other = await dashboard.open();
  const { page, troubles } = watched;
  await page.goto(`/reviews/${review}`);
  await other.page.goto(`/reviews/${review}`);
  await waitUntilLive(other.page);
  const finding = page.getByRole("article", { name: slow.title });

  await finding.getByRole("button", { name: "Dismiss" }).press("Enter");

  await finding.getByText("Dismissed").waitFor();
  await other.page.getByRole("article", { name: slow.title }).getByText("Dismissed").waitFor();
  await finding.getByRole("button", { name: "Reopen" }).press("Enter");
  await finding.getByText("Open", { exact: true }).waitFor();
  await page.getByRole("link", { name: "What operators asked" }).click();
  await rowWith(page, "dismiss_requested").first().waitFor();
  expect([...troubles, ...other.troubles]).toEqual([]);
});

test("an inconclusive review looks neither good nor bad, and says what to do", async () => {
  await using watched = await dashboard.open();
  const { page, troubles } = watched;
  await page.goto(`/reviews/${inconclusive}`);

  const badge = page.locator(".workflow-line .badge");
  await badge.getByText("Inconclusive").waitFor();
  expect(await badge.getAttribute("class")).toBe("badge tone-hatched");
  await page.getByText("Nothing can be said: it was not read to its end.").waitFor();
  await page.getByText("AGENT_TIMED_OUT").waitFor();
  expect(await page.locator(".review-failure").innerText()).toContain("What to do:");
  expect(troubles).toEqual([]);
});

test("a review is found from its pull request, from the work that it was, and from the other reviews", async () => {
  await using watched = await dashboard.open();
  const { page, troubles } = watched;
  await page.goto("/prs");
  await page.getByRole("link", { name: "Change number 1" }).click();
  await page.getByRole("link", { name: /^Round 2 of/ }).click();
  await page.getByRole("heading", { name: "#1 Change number 1" }).waitFor();

  await page.goto("/workflows/SCRUM-7");
  await page.getByRole("link", { name: "The review", exact: true }).click();
  await page.getByRole("heading", { name: "#7 Read files whole" }).waitFor();
  await page.getByRole("link", { name: "Round 1 of a1b2c3d" }).click();

  await page.getByRole("article", { name: gone.title }).waitFor();
  expect(troubles).toEqual([]);
});

test("a review is asked for from the pull request, and who cannot have one is told what to do", async () => {
  await using watched = await dashboard.open();
  const { page } = watched;
  await page.goto("/prs");
  await page.getByRole("link", { name: "Change number 1" }).click();

  await page.getByRole("button", { name: "Review it" }).press("Enter");

  const refusal = page.getByRole("alert");
  await refusal.getByText("Nobody here reviews.").waitFor();
  expect(await refusal.innerText()).toContain("PULLWRIGHT_REVIEW_AGENT");
  expect(await accessibilityFaults(page)).toEqual([]);
});

test("the list is walked with the keyboard", async () => {
  await using watched = await dashboard.open();
  const { page, troubles } = watched;
  await page.goto("/reviews");
  await rowWith(page, "Change number 1").waitFor();

  await page.keyboard.press("j");
  await page.keyboard.press("Enter");

  await page.getByRole("heading", { name: "#1 Change number 1" }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  expect(troubles).toEqual([]);
});

test.each(["light", "dark"] as const)(
  "axe finds nothing in %s, and no page scrolls sideways",
  async (colorScheme) => {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
      { width: 320, height: 700 },
    ]) {
      await using watched = await dashboard.open({ colorScheme, viewport, reducedMotion: "reduce" });
      const { page, troubles } = watched;
      for (const place of ["/reviews", "/reviews?verdict=pass", `/reviews/${review}`, `/reviews/${inconclusive}`]) {
        await page.goto(place);
        await page.locator("h1").waitFor();
        await expect.poll(() => page.locator('.skeleton, [aria-busy="true"]').count()).toBe(0);
        const closed = page.locator("details:not([open]) > summary");
        while ((await closed.count()) > 0) await closed.first().click();
        await expect.poll(() => page.locator(".skeleton").count()).toBe(0);
        expect(await accessibilityFaults(page), `${place} at ${viewport.width}`).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBe(viewport.width);
      }
      expect(troubles).toEqual([]);
    }
  },
  120_000,
);
