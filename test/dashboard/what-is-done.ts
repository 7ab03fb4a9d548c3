import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { workRefetchMs } from "../../src/web/api/workflows.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";
import { accessibilityFaults } from "./accessibility.ts";
import type { Dashboard } from "./dashboard-under-test.ts";

/** Pieces of work and their commands. */
export function whatIsDone(dashboard: Dashboard): void {
  test("the Work page says how far each piece has come, what keeps it, and what came of it", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;

    await page.goto("/workflows");

    const delivered = rowWith(page, "Let people stay signed in");
    await delivered.getByText("Active").waitFor();
    expect(await delivered.locator(".work-steps").innerText()).toMatch(/Plan[^]*Pull request[^]*Review/);
    await delivered.getByText(/^Runs for/).waitFor();
    expect(await delivered.getByRole("link", { name: "acme/web#7" }).getAttribute("href")).toBe(
      "https://github.com/acme/web/pull/7",
    );
    await delivered.getByText("4 files").waitFor();
    await rowWith(page, "Speed up the search").getByText("Goes on in 2").waitFor();
    await rowWith(page, "Show prices with the right currency").getByText("BRANCH_EXISTS").waitFor();
    await rowWith(page, "Move the cron jobs").getByText("Nothing was asked for yet").waitFor();
    expect(troubles).toEqual([]);
  });

  test("what somebody does elsewhere is seen on the open page", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await dashboard.work().ask({ id: "LIVE-1", title: "Held elsewhere" });
    // Nothing here is at work, so that the page has no reason of its own to look again.
    await page.goto("/workflows?state=cancelled");
    await waitUntilLive(page);

    await dashboard.ask("/workflows/LIVE-1/cancel");

    await rowWith(page, "Held elsewhere").getByText("Cancelled").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a command moves before one's eyes: asked for, running, failed for now, tried again, done", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const work = dashboard.work();
    const [command = 0] = await work.ask({ id: "MOVES-1", title: "Watched" }, { type: "create_pull_request" });
    // Time goes on in the page as elsewhere; where it would look again by itself after a while, the while is over at once.
    await page.clock.install();
    await page.goto("/workflows/MOVES-1");
    const card = cardOf(page, command);
    await card.getByText("Running", { exact: true }).waitFor();

    await work.end(command, {
      kind: "retry",
      code: "FORGE_UNAVAILABLE",
      because: "GitHub answered 502.",
      afterMs: 3_600_000,
    });
    await page.clock.fastForward(workRefetchMs);
    await card.getByText("Queued", { exact: true }).waitFor();
    await card.getByText("Goes on in 59 min").waitFor();
    await card.getByText("Attempt 1: failed, to be tried again").waitFor();
    await card.getByText("attempt 1 of 3").waitFor();

    const [again = 0] = await work.ask({ id: "MOVES-1" }, { type: "review_pull_request" });
    await work.end(again, { kind: "succeeded", because: "Nothing to object to." });
    await page.clock.fastForward(workRefetchMs);
    await cardOf(page, again).getByText("Succeeded", { exact: true }).waitFor();
    await cardOf(page, again).getByText("Nothing to object to.").first().waitFor();
    expect(troubles).toEqual([]);
  });

  test("the page of a piece of work tells its story: attempts, what was done at the forge, files, links", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/workflows");
    await page.getByRole("link", { name: "Let people stay signed in" }).click();
    await page.getByRole("heading", { name: "Let people stay signed in" }).waitFor();

    const card = page.getByRole("article", { name: "Open the pull request" });
    await card.getByRole("button", { name: "What happened" }).click();

    await card.getByText("Attempt 1: failed, to be tried again").waitFor();
    await card.getByText("FORGE_UNAVAILABLE").waitFor();
    await card.getByText("Attempt 2: succeeded").waitFor();
    expect(await card.locator(".effect-list > li").allInnerTexts()).toEqual([
      expect.stringMatching(/Done[^]*push-branch[^]*sent once/),
      expect.stringMatching(/Done[^]*create-pull-request[^]*sent once/),
    ]);
    await card.getByText("/home/ada/work/web/issues/SCRUM-123/github_pr/push_state.json").waitFor();
    await card.getByRole("link", { name: "acme/web#7" }).waitFor();
    await card.getByRole("link", { name: /Because of command/ }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("what may have happened at the forge is said to be not known, and when it is looked for", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;

    await page.goto("/workflows/SCRUM-125");

    const effect = page.locator(".effect-list > li");
    await effect.getByText("Not known", { exact: true }).waitFor();
    await effect.getByText(/it is looked for again in/).waitFor();
    await effect.getByText("The connection broke before an answer came.").waitFor();
    expect(troubles).toEqual([]);
  });

  test("what was done though its answer was lost says so: sent, no answer, found there, each with its time", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;

    await page.goto("/workflows/SCRUM-126");

    const effect = page.locator(".effect-list > li");
    await effect.getByText("Answer lost, found again").waitFor();
    await effect.getByText(/^sent once, found there .+ after it was sent$/).waitFor();
    expect(await effect.locator(".effect-steps li").allInnerTexts()).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\s+Sent$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d\s+No answer: The connection broke before an answer came\.$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d\s+Found there$/),
    ]);
    expect(troubles).toEqual([]);
  });

  test("the navigation counts what failed, what waits and what is held", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const work = dashboard.work();
    await page.goto("/audit");
    const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /^Work/ });
    await link.getByTitle(/^\d+ failed$/).waitFor();
    await link.getByTitle(/^\d+ waiting$/).waitFor();
    await work.ask({ id: "COUNT-1", title: "Held" }, { type: "execute_plan", availableAt: "2100-01-01T00:00:00.000Z" });
    const { counts } = (await dashboard.service().get("/api/v1/status")).json();

    await dashboard.ask("/workflows/COUNT-1/pause");

    await link.getByTitle(`${counts.workflows_paused + 1} paused`).waitFor();
    await page.goto("/workflows");
    await page
      .locator(".choice")
      .getByText(`Paused${counts.workflows_paused + 1}`)
      .waitFor();
    expect((await dashboard.service().get("/api/v1/status")).json().counts).toMatchObject({
      commands_waiting: counts.commands_waiting - 1,
      commands_paused: counts.commands_paused + 1,
    });
    expect(troubles).toEqual([]);
  });

  test("what failed says why and what to do, and can be tried again", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const work = dashboard.work();
    const [command = 0] = await work.ask({ id: "AGAIN-1", title: "Not at once" }, { type: "create_pull_request" });
    await work.end(command, { kind: "failed", code: "COMMIT_LOG_MISSING", because: "There is no commit_log.md." });
    await page.goto("/workflows/AGAIN-1");
    const note = page.locator(".death-note");
    await note.getByText("There is no commit_log.md.").waitFor();
    await note.getByText("What to do:").waitFor();

    await page.getByRole("group", { name: "AGAIN-1" }).getByRole("button", { name: "Try again" }).click();
    await page.getByText("Is tried again").waitFor();
    await work.end(command, { kind: "succeeded", because: "Now it is there." });

    await cardOf(page, command).getByText("Succeeded", { exact: true }).waitFor();
    await cardOf(page, command).getByText("Asked for again").waitFor();
    await page.locator(".workflow-head").getByText("Succeeded", { exact: true }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("work can be held and let go, each press under a key of its own", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const keys: (string | undefined)[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") keys.push(request.headers()["idempotency-key"]);
    });
    await dashboard.work().ask({ id: "HOLD-1", title: "Held" });
    await page.goto("/workflows/HOLD-1");
    const head = page.locator(".workflow-head");

    await head.getByRole("button", { name: "Pause" }).click();
    await head.locator(".badge", { hasText: "Paused" }).waitFor();
    await head.getByRole("button", { name: "Resume" }).click();
    await head.getByText("Resumed").waitFor();

    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(new Set(keys).size).toBe(2);
    expect(troubles).toEqual([]);
  });

  test("cancelling asks first, and a no leaves everything as it is", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const [command = 0] = await dashboard
      .work()
      .ask({ id: "END-1", title: "To be ended" }, { type: "execute_plan", availableAt: "2100-01-01T00:00:00.000Z" });
    await page.goto("/workflows/END-1");

    await page.getByRole("button", { name: "Cancel work" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    expect((await dashboard.service().get("/api/v1/workflows/END-1")).json().state).toBe("active");

    await page.getByRole("button", { name: "Cancel work" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel work" }).click();
    await page.locator(".workflow-head .badge", { hasText: "Cancelled" }).waitFor();
    await cardOf(page, command).getByText("api cancelled it before it began.").first().waitFor();
    expect((await dashboard.service().get(`/api/v1/commands/${command}`)).json().state).toBe("cancelled");
    expect(troubles).toEqual([]);
  });

  test("one command can be cancelled by itself", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const [command = 0] = await dashboard.work().ask({ id: "END-2", title: "One of it" }, { type: "execute_plan" });
    await dashboard.work().begun(command);
    await page.goto("/workflows/END-2");

    await cardOf(page, command).getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();

    await cardOf(page, command).getByText("It was cancelled while it ran.").first().waitFor();
    expect(troubles).toEqual([]);
  });

  test("who comes too late is told why, and what to do", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    await dashboard.work().ask({ id: "LATE-1", title: "Too late" });
    await page.goto("/workflows/LATE-1");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    // The page does not hear of what happens meanwhile.
    await page.route("**/api/v1/workflows/LATE-1", (route) => route.abort());

    await dashboard.ask("/workflows/LATE-1/cancel");
    await page.getByRole("button", { name: "Pause" }).click();

    const alert = page.getByRole("alert");
    await alert.getByText("Workflow LATE-1 is cancelled; active ones can be paused.").waitFor();
    await alert.getByText("INVALID_STATE_TRANSITION").waitFor();
    await alert.getByText("Look at its state").waitFor();
  });

  test("a command's own address leads to it among the others of its work", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const work = dashboard.work();
    const asked = await work.ask(
      { id: "MANY-1", title: "Many" },
      ...Array.from({ length: 12 }, () => ({ type: "review_pull_request" as const })),
    );
    for (const id of asked) await work.end(id, { kind: "succeeded", because: `Number ${id} is reviewed.` });
    const third = asked[2] ?? 0;

    await page.goto(`/commands/${third}`);

    await cardOf(page, third).getByText("Attempt 1: succeeded").waitFor();
    expect(new URL(page.url()).pathname).toBe("/workflows/MANY-1");
    await expect.poll(() => cardOf(page, third).evaluate((card) => card.getBoundingClientRect().top < 200)).toBe(true);
    expect(troubles).toEqual([]);
  });

  test("work that does not exist is said not to", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;

    await page.goto("/workflows/nobody-began-this");

    await page.getByRole("alert").getByText("There is no workflow").waitFor();
    await page.getByRole("alert").getByText("RESOURCE_NOT_FOUND").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("link", { name: "Work", exact: true }).first().click();
    await rowWith(page, "Let people stay signed in").waitFor();
  });
}

function cardOf(page: Page, command: number): Locator {
  return page.locator(`#command-${command}`);
}
