import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accessibilityFaults } from "./accessibility.ts";
import type { Dashboard } from "./dashboard-under-test.ts";
import { rowWith } from "./watched-page.ts";

/** Accessibility, widths, themes and weight. */
export function looks(dashboard: Dashboard): void {
  const places = [
    "/",
    "/prs",
    "/runs",
    "/deliveries",
    "/deliveries?state=dead",
    "/workflows",
    "/workflows?state=failed",
    "/workflows/SCRUM-123",
    "/workflows/SCRUM-124",
    "/workflows/SCRUM-125",
    "/workflows/OPS-9",
    "/audit",
    "/audit?subject=nobody",
    "/prs?repo=nobody%2Fnothing",
    "/nowhere",
  ];

  // The themes differ in colours and in nothing else, so that the other rules are asked once.
  test.each([
    { colorScheme: "light", asked: "all" },
    { colorScheme: "dark", asked: "colours" },
  ] as const)(
    "axe finds nothing on any page in $colorScheme",
    async ({ colorScheme, asked }) => {
      for (const viewport of [
        { width: 1440, height: 900 },
        { width: 390, height: 844 },
      ]) {
        await using watched = await dashboard.open({ colorScheme, viewport, reducedMotion: "reduce" });
        const { page, troubles } = watched;
        const expectNoFaults = async (place: string) =>
          expect(await accessibilityFaults(page, asked), `${place} at ${viewport.width}`).toEqual([]);
        await page.goto("/");
        for (const place of places) {
          await visit(page, place);
          await expectNoFaults(place);
        }
        for (const list of ["/prs", "/runs", "/audit", "/deliveries?state=dead", "/deliveries?state=digested"]) {
          await visit(page, list);
          await page.locator("[data-row-link]").first().click();
          await page.locator(".fact-list").waitFor();
          await expectNoFaults(`the panel of ${list}`);
        }
        await page.getByRole("button", { name: "Replay" }).click();
        await page.getByRole("alertdialog").waitFor();
        await expectNoFaults("the question before a replay");
        await page.goto("/workflows/SCRUM-123");
        const closed = page.getByRole("button", { name: "What happened" });
        await closed.first().waitFor();
        while ((await closed.count()) > 0) await closed.first().click();
        await page.getByText("github_pr_result", { exact: true }).waitFor();
        await expectNoFaults("a piece of work with all that happened");
        await page.getByRole("button", { name: "Cancel work" }).click();
        await page.getByRole("alertdialog").waitFor();
        await expectNoFaults("the question before a cancel");
        expect(troubles).toEqual([]);
      }
    },
    180_000,
  );

  test("axe would see a button without a name and words too pale to read", async () => {
    await using watched = await dashboard.open({ colorScheme: "light" });
    const { page } = watched;
    await page.goto("/");
    await settled(page);

    await page.evaluate(() => {
      const heading = document.querySelector("h1");
      if (heading !== null) heading.style.color = "#dddddd";
      document.querySelector("main")?.append(document.createElement("button"));
    });

    const faults = await accessibilityFaults(page);
    expect(faults.map((fault) => fault.split(":")[0])).toEqual(
      expect.arrayContaining(["button-name", "color-contrast"]),
    );
    expect((await accessibilityFaults(page, "colours")).map((fault) => fault.split(":")[0])).toEqual([
      "color-contrast",
    ]);
  });

  test("no page scrolls sideways, down to 320 pixels", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    for (const place of places) {
      await page.goto(place);
      await settled(page);
      for (const width of [320, 768]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${place} at ${width}`).toBe(width);
      }
    }
  });

  test("on a phone the navigation shows the page that one is on", async () => {
    await using watched = await dashboard.open({ viewport: { width: 320, height: 700 } });
    const { page, troubles } = watched;

    for (const [path, word] of [
      ["/audit", "Audit"],
      ["/", "Live"],
    ] as const) {
      await page.goto(path);
      const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: word, exact: true });
      await expect
        .poll(async () => {
          const box = await link.boundingBox();
          return box !== null && box.x >= 0 && box.x + box.width <= 320;
        })
        .toBe(true);
    }
    expect(troubles).toEqual([]);
  });

  test("a chosen theme is remembered and there before the page is drawn", async () => {
    await using watched = await dashboard.open({ colorScheme: "dark" });
    const { page, troubles } = watched;
    await page.goto("/");

    await page.getByRole("button", { name: /Change to light/ }).click();
    await page.goto("/", { waitUntil: "commit" });
    await page.locator("body").waitFor({ state: "attached" });

    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("light");
    expect(troubles).toEqual([]);
  });

  test("a page works with at most 150 kB of compressed script, and the chart is not part of it", async () => {
    await using watched = await dashboard.open();
    const { page } = watched;
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() === "script") scripts.push(response.body());
    });

    await page.goto("/prs");
    await rowWith(page, "Change number 1").waitFor();
    const withoutChart = compressedBytes(await Promise.all(scripts));
    await page.getByRole("link", { name: "Live", exact: true }).click();
    await page.locator("figure svg").waitFor();
    const withChart = compressedBytes(await Promise.all(scripts));

    expect(withoutChart).toBeGreaterThan(0);
    expect(withoutChart).toBeLessThanOrEqual(150_000);
    expect(withChart).toBeGreaterThan(withoutChart);
  });
}

/** As a link within the page leads there: what was loaded stays. */
async function visit(page: Page, place: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, "", to), place);
  await settled(page);
}

/** Until everything that was asked for has come and nothing is a grey shape any more. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await expect.poll(() => page.locator('.skeleton, [aria-busy="true"], .chart-space:empty').count()).toBe(0);
}

function compressedBytes(scripts: Buffer[]): number {
  return scripts.reduce((total, script) => total + gzipSync(script, { level: 9 }).byteLength, 0);
}
