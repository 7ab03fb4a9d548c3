import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

/** A page and everything that it complained about or asked another host for. */
export type WatchedPage = { page: Page; troubles: string[] } & AsyncDisposable;

/** Opens a page in a context of its own and writes down its errors, warnings, and requests to anywhere but the service. */
export async function openWatchedPage(
  browser: Browser,
  appUrl: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: appUrl, viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(appUrl).origin) troubles.push(`request: ${request.url()}`);
  });
  return { page, troubles, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until the live stream is open, so that nothing that is sent from now on is missed. */
export async function waitUntilLive(page: Page): Promise<void> {
  await page.locator(".connection-live").waitFor();
}

/** The row of a table in which one cell, or a part of one, says exactly this. */
export function rowWith(page: Page, text: string): Locator {
  return page.locator("tbody tr", { has: page.getByText(text, { exact: true }) });
}
