import { expect, test } from "vitest";
import type { Dashboard } from "./dashboard-under-test.ts";
import { mergedPullRequest } from "./github-payloads.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";

/** Pull requests and CI runs. */
export function whatCameOfIt(dashboard: Dashboard): void {
  test("a pull request that was merged and then reverted says so, and by what", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/prs");
    await waitUntilLive(page);

    await dashboard.tell("pull_request", mergedPullRequest(30, { title: "Ship the risky thing" }));
    await rowWith(page, "Ship the risky thing").getByText("Merged").waitFor();
    const revert = { title: 'Revert "Ship the risky thing"', body: "Reverts acme/web#30", minute: 20 };
    await dashboard.tell("pull_request", mergedPullRequest(31, revert));
    await page.locator("tbody tr", { hasText: "#30" }).getByText("Reverted", { exact: true }).waitFor();

    await page.getByRole("link", { name: "#30 Ship the risky thing" }).click();
    const panel = page.getByRole("dialog", { name: "Ship the risky thing" });
    await panel.getByRole("heading", { name: "Reverted by" }).waitFor();
    await panel.getByRole("link", { name: "#31" }).waitFor();
    await panel.getByRole("link", { name: "GitHub" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("a failed run stands on its pull request and on the page of runs", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;

    await page.goto("/prs");
    await rowWith(page, "Change number 1").getByText("1 failed of 1 run").waitFor({ state: "attached" });
    await page.goto("/runs?status=failure");
    await page.getByRole("link", { name: "build" }).click();

    await page.getByRole("dialog", { name: "build" }).getByText("Failure").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a filter asks the service, stays in the address, and can be taken back", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await dashboard.tell("pull_request", mergedPullRequest(33, { title: "Merged and standing" }));
    await page.goto("/prs");
    await rowWith(page, "Change number 1").waitFor();

    await page.getByRole("radio", { name: "Merged" }).check();
    await rowWith(page, "Merged and standing").waitFor();
    await expect.poll(() => rowWith(page, "Change number 1").count()).toBe(0);
    expect(new URL(page.url()).search).toBe("?state=merged");

    await page.getByRole("button", { name: "Clear" }).click();
    await rowWith(page, "Change number 1").waitFor();
    expect(new URL(page.url()).search).toBe("");
    expect(troubles).toEqual([]);
  });
}
