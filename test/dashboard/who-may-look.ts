import { test } from "vitest";
import type { Dashboard } from "./dashboard-under-test.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";

/** Signing in and out. */
export function whoMayLook(dashboard: Dashboard): void {
  test("a browser without a session is told how to get one, and a wrong token is refused", async () => {
    await using watched = await dashboard.open({ storageState: { cookies: [], origins: [] } });
    const { page } = watched;
    await page.goto("/prs");

    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    await page.getByLabel("Or paste the API token").fill("not the token");
    await page.keyboard.press("Enter");

    await page.getByText("That is not the token.").waitFor();
  });

  test("the API token signs a browser in", async () => {
    await using watched = await dashboard.open({ storageState: { cookies: [], origins: [] } });
    const { page } = watched;
    await page.goto("/prs");

    await page.getByLabel("Or paste the API token").fill(dashboard.service().token);
    await page.keyboard.press("Enter");

    await rowWith(page, "Change number 1").waitFor();
  });

  test("a sign-in link works once, and says so when it is used again", async () => {
    await using watched = await dashboard.open({ storageState: { cookies: [], origins: [] } });
    const { page } = watched;

    await page.goto(dashboard.spentLink());

    await page.getByText("That link was used before").waitFor();
  });

  test("signing out ends the session of this browser", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    await page.reload();

    await page.getByRole("heading", { name: "Signed out" }).waitFor();
  });
}
