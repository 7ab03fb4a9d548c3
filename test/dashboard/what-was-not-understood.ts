import { expect, test } from "vitest";
import type { Dashboard } from "./dashboard-under-test.ts";
import { pullRequestWithoutItsPullRequest } from "./github-payloads.ts";

/** Dead deliveries. */
export function whatWasNotUnderstood(dashboard: Dashboard): void {
  test("a dead delivery shows its reason and what to do, and can be replayed", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/deliveries?state=dead");

    await page.getByRole("link", { name: "pull_request" }).first().click();
    const panel = page.getByRole("dialog", { name: "pull_request" });
    await panel.locator(".death-note").getByText("BAD_SHAPE").waitFor();
    await panel.locator(".death-note").getByText("What to do:").waitFor();
    await panel.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Replay" }).click();

    await panel.getByText("Replayed: dead again").waitFor();
    expect(troubles).toEqual([]);
  });

  test("the exact body is one key away from the readable one", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/deliveries?state=dead");
    await page.getByRole("link", { name: "pull_request" }).first().click();
    const body = page.getByRole("region", { name: "Body" });
    await body.waitFor();
    const exact = JSON.stringify(pullRequestWithoutItsPullRequest());

    expect(await body.innerText()).toBe(JSON.stringify(JSON.parse(exact), null, 2));
    await page.getByRole("button", { name: "Exact text" }).click();
    expect(await body.innerText()).toBe(exact);
    expect(troubles).toEqual([]);
  });
}
