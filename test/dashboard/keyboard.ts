import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Dashboard } from "./dashboard-under-test.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";

/** The dashboard without a mouse. */
export function keyboard(dashboard: Dashboard): void {
  test("everything can be done without a mouse", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    await page.keyboard.press("Tab");
    expect(await focusedText(page)).toBe("Skip to the content");

    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await rowWith(page, "Change number 1").waitFor();
    await page.keyboard.press("j");
    const first = await focusedText(page);
    await page.keyboard.press("j");
    expect(await focusedText(page)).not.toBe(first);
    await page.keyboard.press("ArrowUp");
    expect(await focusedText(page)).toBe(first);

    await page.keyboard.press("Enter");
    await expect.poll(() => focusedRole(page)).toBe("dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => focusedText(page)).toBe(first);

    await page.keyboard.press("/");
    await page.keyboard.type("acme/web");
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).searchParams.get("repo")).toBe("acme/web");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => new URL(page.url()).searchParams.get("state")).toBe("open");

    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.getByRole("link", { name: "workflow_run" }).waitFor();
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Replay" }).waitFor();
    await expect.poll(() => focusedRole(page)).toBe("dialog");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => focusedText(page)).toBe("Cancel");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText(/^Replayed: /).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("a piece of work is found, held and let go again without a mouse", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await dashboard.work().ask({ id: "KEYS-1", title: "Held by hand" });
    await page.goto("/");
    await waitUntilLive(page);

    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await rowWith(page, "Held by hand").waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Held by hand" }).waitFor();
    await expect.poll(() => focusedText(page)).toBe("Held by hand");

    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await focusedText(page)).toBe("Pause");
    await page.keyboard.press("Enter");
    await expect.poll(() => focusedText(page)).toBe("Resume");
    await page.keyboard.press("Enter");
    await expect.poll(() => focusedText(page)).toBe("Pause");

    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => focusedText(page)).toBe("Keep it");
    await page.keyboard.press("Escape");
    await expect.poll(() => focusedText(page)).toBe("Cancel work");
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("single letters can be switched off, and stay off", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);
    await page.keyboard.press("?");
    await page.getByLabel("Single letters act as shortcuts").uncheck();
    await page.keyboard.press("Escape");
    await page.reload();
    await waitUntilLive(page);

    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.keyboard.press("?");

    expect(new URL(page.url()).pathname).toBe("/");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(troubles).toEqual([]);
  });
}

async function focusedText(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.textContent ?? null);
}

async function focusedRole(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute("role") ?? null);
}
