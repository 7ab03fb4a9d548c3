import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { accessibilityFaults } from "./accessibility.ts";
import { makeSurePageIsBuilt } from "./built-page.ts";
import {
  completedWorkflowRun,
  mergedPullRequest,
  openedPullRequest,
  pullRequestWithoutItsPullRequest,
} from "./github-payloads.ts";
import { openWatchedPage, waitUntilLive, type WatchedPage } from "./watched-page.ts";

let service: TestService;
let browser: Browser;
let spentLink: string;
let session: Awaited<ReturnType<BrowserContext["storageState"]>>;

beforeAll(async () => {
  makeSurePageIsBuilt();
  service = await startTestService();
  browser = await launchBrowser();

  const context = await browser.newContext();
  const page = await context.newPage();
  spentLink = service.signInUrl;
  await page.goto(spentLink);
  await waitUntilLive(page);
  session = await context.storageState();
  await context.close();

  await tell("pull_request", openedPullRequest(1));
  await tell("workflow_run", completedWorkflowRun(101, 1, "failure"));
  await tell("pull_request", pullRequestWithoutItsPullRequest());
  await service.digested();
});

afterAll(async () => {
  await browser?.close();
  await service?.[Symbol.asyncDispose]();
});

describe("what comes in", () => {
  test("a delivery appears on the open Live page without a reload", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);
    await page.evaluate(() => Object.assign(globalThis, { notReloaded: true }));

    await tell("pull_request", openedPullRequest(20));

    await page.locator(".event-list").getByText("acme/web#20 was opened").waitFor();
    await page.locator(".event.is-fresh", { hasText: "acme/web#20" }).waitFor();
    expect(await page.evaluate(() => "notReloaded" in globalThis)).toBe(true);
    expect(troubles).toEqual([]);
  });

  test("a paused feed holds still, and shows what it missed when it goes on", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);
    await page.locator(".event").first().waitFor();

    await page.getByRole("button", { name: "Pause" }).click();
    await tell("pull_request", openedPullRequest(21));
    await page.getByRole("button", { name: "Resume, 1 new" }).waitFor();
    expect(await page.locator(".event-list").getByText("acme/web#21").count()).toBe(0);

    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".event-list").getByText("acme/web#21 was opened").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a change appears in an open table without a reload", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await page.goto("/prs");
    await waitUntilLive(page);
    await row(page, "Change number 1").waitFor();

    await tell("pull_request", openedPullRequest(22));

    await row(page, "Change number 22").getByText("Open").waitFor();
    expect(troubles).toEqual([]);
  });

  test("the page says when it has lost the service, and goes on when it is back", async () => {
    await using watched = await open();
    const { page } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    const restarted = service.restart();
    await page.getByText("Reconnecting").waitFor();
    await restarted;
    await tell("pull_request", openedPullRequest(23));

    await page.locator(".event-list").getByText("acme/web#23 was opened").waitFor();
    await waitUntilLive(page);
  });

  test("a refused delivery is shown with its reason and what to do", async () => {
    await using watched = await open();
    const { page } = watched;
    await fetch(`${service.receiverUrl}/api/webhooks/github`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": "forged" },
      body: "{}",
    });

    await page.goto("/");

    await page.locator(".refusal", { hasText: "INVALID_SIGNATURE" }).getByText("Set the same secret").waitFor();
  });
});

describe("what came of it", () => {
  test("a pull request that was merged and then reverted says so, and by what", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await page.goto("/prs");
    await waitUntilLive(page);

    await tell("pull_request", mergedPullRequest(30, { title: "Ship the risky thing" }));
    await row(page, "Ship the risky thing").getByText("Merged").waitFor();
    const revert = { title: 'Revert "Ship the risky thing"', body: "Reverts acme/web#30", minute: 20 };
    await tell("pull_request", mergedPullRequest(31, revert));
    await page.locator("tbody tr", { hasText: "#30" }).getByText("Reverted", { exact: true }).waitFor();

    await page.getByRole("link", { name: "#30 Ship the risky thing" }).click();
    const panel = page.getByRole("dialog", { name: "Ship the risky thing" });
    await panel.getByRole("heading", { name: "Reverted by" }).waitFor();
    await panel.getByRole("link", { name: "#31" }).waitFor();
    await panel.getByRole("link", { name: "GitHub" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("a failed run stands on its pull request and on the page of runs", async () => {
    await using watched = await open();
    const { page, troubles } = watched;

    await page.goto("/prs");
    await row(page, "Change number 1").getByText("1 failed of 1 run").waitFor({ state: "attached" });
    await page.goto("/runs?status=failure");
    await page.getByRole("link", { name: "build" }).click();

    await page.getByRole("dialog", { name: "build" }).getByText("Failure").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a filter asks the service, stays in the address, and can be taken back", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await tell("pull_request", mergedPullRequest(33, { title: "Merged and standing" }));
    await page.goto("/prs");
    await row(page, "Change number 1").waitFor();

    await page.getByRole("radio", { name: "Merged" }).check();
    await row(page, "Merged and standing").waitFor();
    await expect.poll(() => row(page, "Change number 1").count()).toBe(0);
    expect(new URL(page.url()).search).toBe("?state=merged");

    await page.getByRole("button", { name: "Clear" }).click();
    await row(page, "Change number 1").waitFor();
    expect(new URL(page.url()).search).toBe("");
    expect(troubles).toEqual([]);
  });
});

describe("what could not be understood", () => {
  test("a dead delivery shows its reason and what to do, and can be replayed", async () => {
    await using watched = await open();
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
    await using watched = await open();
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
});

describe("who may look", () => {
  test("a browser without a session is told how to get one, and a wrong token is refused", async () => {
    await using watched = await open({ storageState: { cookies: [], origins: [] } });
    const { page } = watched;
    await page.goto("/prs");

    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    await page.getByLabel("Or paste the API token").fill("not the token");
    await page.keyboard.press("Enter");

    await page.getByText("That is not the token.").waitFor();
  });

  test("the API token signs a browser in", async () => {
    await using watched = await open({ storageState: { cookies: [], origins: [] } });
    const { page } = watched;
    await page.goto("/prs");

    await page.getByLabel("Or paste the API token").fill(service.token);
    await page.keyboard.press("Enter");

    await row(page, "Change number 1").waitFor();
  });

  test("a sign-in link works once, and says so when it is used again", async () => {
    await using watched = await open({ storageState: { cookies: [], origins: [] } });
    const { page } = watched;

    await page.goto(spentLink);

    await page.getByText("That link was used before").waitFor();
  });

  test("signing out ends the session of this browser", async () => {
    await using watched = await open();
    const { page } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Signed out" }).waitFor();
    await page.reload();

    await page.getByRole("heading", { name: "Signed out" }).waitFor();
  });
});

describe("the keyboard", () => {
  test("everything can be done without a mouse", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    await page.keyboard.press("Tab");
    expect(await focusedText(page)).toBe("Skip to the content");

    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await row(page, "Change number 1").waitFor();
    await page.keyboard.press("j");
    const first = await focusedText(page);
    await page.keyboard.press("j");
    expect(await focusedText(page)).not.toBe(first);
    await page.keyboard.press("ArrowUp");
    expect(await focusedText(page)).toBe(first);

    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focusedText(page)).toBe(first);

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
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText(/^Replayed: /).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("single letters can be switched off, and stay off", async () => {
    await using watched = await open();
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
});

describe("text from outside", () => {
  test("a hostile title stays text, and a link that is not https stays none", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    const title = `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script> & "so on"`;
    const hostile = openedPullRequest(40, { title, url: "http://github.com/acme/web/pull/40" });
    await tell("pull_request", hostile);

    await page.goto("/prs");
    await page.getByText(title).click();
    const panel = page.getByRole("dialog", { name: title });
    await panel.getByText("Latest payload").click();
    await panel.getByRole("region", { name: "Latest payload" }).waitFor();

    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    expect(await panel.locator("img, script").count()).toBe(0);
    expect(await panel.locator("a[target=_blank]").count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  test("a title cannot turn around the text beside it", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await tell("pull_request", openedPullRequest(41, { title: "Turned \u202Eexe.txt around" }));

    await page.goto("/prs");
    await row(page, "#41").waitFor();

    expect(await row(page, "#41").innerText()).not.toContain("\u202E");
    expect(await row(page, "#41").locator("bdi", { hasText: "Turned" }).count()).toBe(1);
    expect(troubles).toEqual([]);
  });

  test("even a script inside the page can call nobody else", async () => {
    await using watched = await open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    const answer = await page.evaluate(() =>
      fetch("https://example.com/").then(
        () => "answered",
        () => "stopped",
      ),
    );

    expect(answer).toBe("stopped");
    // The same watch that keeps the other tests honest has seen it.
    expect(troubles.join("\n")).toContain("Content Security Policy");
  });
});

describe("how it looks", () => {
  const places = [
    "/",
    "/prs",
    "/runs",
    "/deliveries",
    "/deliveries?state=dead",
    "/prs?repo=nobody%2Fnothing",
    "/nowhere",
  ];

  test.each(["light", "dark"] as const)("axe finds nothing on any page in %s", async (colorScheme) => {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await using watched = await open({ colorScheme, viewport, reducedMotion: "reduce" });
      const { page, troubles } = watched;
      for (const place of places) {
        await page.goto(place);
        await settled(page);
        expect(await accessibilityFaults(page), place).toEqual([]);
      }
      for (const list of ["/prs", "/runs", "/deliveries?state=dead", "/deliveries?state=digested"]) {
        await page.goto(list);
        await page.locator("[data-row-link]").first().click();
        await page.locator(".fact-list").waitFor();
        expect(await accessibilityFaults(page), `the panel of ${list}`).toEqual([]);
      }
      await page.getByRole("button", { name: "Replay" }).click();
      await page.getByRole("alertdialog").waitFor();
      expect(await accessibilityFaults(page), "the question before a replay").toEqual([]);
      expect(troubles).toEqual([]);
    }
  });

  test("axe would see a button without a name and words too pale to read", async () => {
    await using watched = await open();
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
  });

  test("no page scrolls sideways, down to 320 pixels", async () => {
    for (const width of [320, 768]) {
      await using watched = await open({ viewport: { width, height: 800 } });
      const { page } = watched;
      for (const place of places) {
        await page.goto(place);
        await settled(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${place} at ${width}`).toBe(width);
      }
    }
  });

  test("a chosen theme is remembered and there before the page is drawn", async () => {
    await using watched = await open({ colorScheme: "dark" });
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
    await using watched = await open();
    const { page } = watched;
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() === "script") scripts.push(response.body());
    });

    await page.goto("/prs");
    await row(page, "Change number 1").waitFor();
    const withoutChart = compressedBytes(await Promise.all(scripts));
    await page.getByRole("link", { name: "Live", exact: true }).click();
    await page.locator("figure svg").waitFor();
    const withChart = compressedBytes(await Promise.all(scripts));

    expect(withoutChart).toBeGreaterThan(0);
    expect(withoutChart).toBeLessThanOrEqual(150_000);
    expect(withChart).toBeGreaterThan(withoutChart);
  });
});

/** Sends a webhook as GitHub would, and makes sure that it was taken. */
async function tell(event: string, payload: object): Promise<void> {
  const { status } = await service.send("github", event, payload);
  expect(status).toBe(202);
}

function open(options: BrowserContextOptions = {}): Promise<WatchedPage> {
  return openWatchedPage(browser, service.appUrl, { storageState: session, ...options });
}

function row(page: Page, text: string) {
  return page.locator("tbody tr", { has: page.getByText(text, { exact: true }) });
}

/** Until everything that was asked for has come and nothing is a grey shape any more. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await expect.poll(() => page.locator('.skeleton, [aria-busy="true"], .chart-space:empty').count()).toBe(0);
}

async function focusedText(page: Page): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.textContent ?? null);
}

function compressedBytes(scripts: Buffer[]): number {
  return scripts.reduce((total, script) => total + gzipSync(script, { level: 9 }).byteLength, 0);
}
