import { expect, test } from "vitest";
import type { Dashboard } from "./dashboard-under-test.ts";
import { openedPullRequest } from "./github-payloads.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";

/** What arrives while the page is open, and what happens when the service or a part of the page is gone. */
export function whatComesIn(dashboard: Dashboard): void {
  test("a delivery appears on the open Live page without a reload", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);
    await page.evaluate(() => Object.assign(globalThis, { notReloaded: true }));

    await dashboard.tell("pull_request", openedPullRequest(20));

    await page.locator(".event-list").getByText("acme/web#20 was opened").waitFor();
    await page.locator(".event.is-fresh", { hasText: "acme/web#20" }).waitFor();
    expect(await page.evaluate(() => "notReloaded" in globalThis)).toBe(true);
    expect(troubles).toEqual([]);
  });

  test("a paused feed holds still, and shows what it missed when it goes on", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);
    await page.locator(".event").first().waitFor();

    await page.getByRole("button", { name: "Pause" }).click();
    await dashboard.tell("pull_request", openedPullRequest(21));
    await page.getByRole("button", { name: "Resume, 1 new" }).waitFor();
    expect(await page.locator(".event-list").getByText("acme/web#21").count()).toBe(0);

    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".event-list").getByText("acme/web#21 was opened").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a change appears in an open table without a reload", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/prs");
    await waitUntilLive(page);
    await rowWith(page, "Change number 1").waitFor();

    await dashboard.tell("pull_request", openedPullRequest(22));

    await rowWith(page, "Change number 22").getByText("Open").waitFor();
    expect(troubles).toEqual([]);
  });

  test("the page says when it has lost the service, and goes on when it is back", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    const restarted = dashboard.service().restart();
    await page.getByText("Reconnecting").waitFor();
    await restarted;
    await dashboard.tell("pull_request", openedPullRequest(23));

    await page.locator(".event-list").getByText("acme/web#23 was opened").waitFor();
    await waitUntilLive(page);
  });

  test("the page stands even when the code of the chart cannot be loaded", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    await page.route("**/activity-chart-*.js", (route) => route.abort());

    await page.goto("/");

    await page.getByText("The chart could not be loaded").waitFor();
    await page.locator(".event").first().waitFor();
    await waitUntilLive(page);
  });

  test("a page that breaks says so, and the others can still be reached", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    const json = { data: [{ id: 1, state: "a state of another world" }], next_cursor: null, has_more: false };
    await page.route("**/api/v1/prs?*", (route) => route.fulfill({ json }));
    await page.route("**/api/v1/prs", (route) => route.fulfill({ json }));

    await page.goto("/prs");
    await page.getByText("This page broke.").waitFor();
    await page.getByRole("link", { name: "Deliveries" }).click();

    await page.getByRole("link", { name: "pull_request" }).first().waitFor();
  });

  test("a refused delivery is shown with its reason and what to do", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    await fetch(`${dashboard.service().receiverUrl}/api/webhooks/github`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": "forged" },
      body: "{}",
    });

    await page.goto("/");

    await page.locator(".refusal", { hasText: "INVALID_SIGNATURE" }).getByText("Set the same secret").waitFor();
  });
}
