import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { post } from "../service/ask-for-work.ts";
import { startTestService } from "../support/service.ts";
import { accessibilityFaults } from "./accessibility.ts";
import type { Dashboard } from "./dashboard-under-test.ts";
import { rowWith } from "./watched-page.ts";

/** The audit log. */
export function whoAskedForIt(dashboard: Dashboard): void {
  test("what operators asked for is kept, with a way to what it was asked of", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await dashboard.work().ask({ id: "ASKED-1", title: "Asked for" });
    await dashboard.ask("/workflows/ASKED-1/pause");

    await page.goto("/audit");
    await page.getByLabel("Subject").fill("workflow ASKED-1");
    await page.keyboard.press("Enter");
    await rowWith(page, "Workflow ASKED-1 was paused").getByRole("link", { name: "pause_requested" }).click();
    const panel = page.getByRole("dialog", { name: "pause_requested" });
    await panel
      .getByText(/^[0-9a-f]{64}$/)
      .first()
      .waitFor();
    await panel.getByRole("link", { name: "workflow ASKED-1" }).click();

    await page.getByRole("heading", { name: "Asked for" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("what was sent to a forge is kept, with the command that sent it", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/workflows/SCRUM-124");

    await page.getByRole("article").getByRole("link", { name: "What it sent, in the audit log" }).click();

    await page.getByRole("link", { name: "effect.refused" }).waitFor();
    expect(new URL(page.url()).searchParams.get("actor")).toMatch(/^command \d+$/);
    expect(troubles).toEqual([]);
  });

  test("the page says whether the chain is whole, and looks again when it is asked to", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/audit");
    await page.getByText("The chain is whole").waitFor();
    const before = await page.locator(".chain-state").innerText();
    await dashboard.work().ask({ id: "CHAIN-1" });
    await dashboard.ask("/workflows/CHAIN-1/pause");

    await page.getByRole("button", { name: "Check again" }).click();

    await expect.poll(() => page.locator(".chain-state").innerText()).not.toBe(before);
    expect(troubles).toEqual([]);
  });

  test("a page without work says how to begin; a chain that somebody changed is called broken", async () => {
    await using service = await startTestService();
    await using watched = await dashboard.openOn(service);
    const { page, troubles } = watched;
    await page.goto(service.signInUrl);
    await page.getByRole("link", { name: "Work", exact: true }).click();
    await page.getByText("No work yet.").waitFor();
    await page.getByText("pullwright workflows start SCRUM-123").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("link", { name: "Audit", exact: true }).click();
    await page.getByText("No entries yet.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await post(service, "/workflows", { workflow_id: "SCRUM-1" });
    for (const act of ["pause", "resume", "pause"]) await post(service, `/workflows/SCRUM-1/${act}`);
    changeByHand(service.dataDir, "update audit_log set actor = 'nobody' where id = 2");
    await page.getByRole("button", { name: "Check again" }).click();

    const chain = page.locator(".chain-broken");
    await chain.getByText("AUDIT_CHAIN_BROKEN").waitFor();
    await chain.getByText("It is not what it was when it was written.").waitFor();
    await chain.getByText("What to do:").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await chain.getByRole("link", { name: "Entry 2" }).click();
    await page.getByRole("dialog", { name: "pause_requested" }).getByText("nobody").waitFor();
    expect(troubles).toEqual([]);
  });
}

/** As somebody would who has the file. */
function changeByHand(dataDir: string, statement: string): void {
  const database = new DatabaseSync(join(dataDir, "pullwright.db"));
  database.exec(statement);
  database.close();
}
