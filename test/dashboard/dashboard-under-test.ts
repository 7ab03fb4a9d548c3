import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { expect } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { noWorkersHere, openWorkAtHand, type WorkAtHand } from "../service/work-at-hand.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { completedWorkflowRun, openedPullRequest, pullRequestWithoutItsPullRequest } from "./github-payloads.ts";
import { seedWorkOfAllKinds } from "./work-of-all-kinds.ts";
import { openWatchedPage, waitUntilLive, type WatchedPage } from "./watched-page.ts";

/** The real service with its page, a browser, and one session that all tests share. */
export type Dashboard = {
  service: () => TestService;
  /** The sign-in link that the session was made with. */
  spentLink: () => string;
  /** A page in a context of its own, signed in unless the options say otherwise. */
  open: (options?: BrowserContextOptions) => Promise<WatchedPage>;
  /** A page in a context of its own on another service, which nobody has signed in to. */
  openOn: (service: TestService) => Promise<WatchedPage>;
  /** Sends a webhook as GitHub would, and makes sure that it was taken. */
  tell: (event: string, payload: object) => Promise<void>;
  /** Commands, and workers that end them as the test says. */
  work: () => WorkAtHand;
  /** Asks the API for an act on a piece of work, as somebody elsewhere would. */
  ask: (path: string) => Promise<void>;
};

type Parts = { service: TestService; work: WorkAtHand; browser: Browser; spentLink: string; session: Session };
type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** A dashboard that has seen an open pull request, a failed run on it, a delivery that ended dead, and work in every state. */
export function createDashboard(): Dashboard & { start: () => Promise<void>; stop: () => Promise<void> } {
  let parts: Parts | undefined;
  const started = (): Parts => {
    if (parts === undefined) throw new Error("The dashboard is not started");
    return parts;
  };
  const tell = async (event: string, payload: object): Promise<void> => {
    const { status } = await started().service.send("github", event, payload);
    expect(status).toBe(202);
  };

  return {
    service: () => started().service,
    spentLink: () => started().spentLink,
    open: (options = {}) =>
      openWatchedPage(started().browser, started().service.appUrl, { storageState: started().session, ...options }),
    openOn: (service) => openWatchedPage(started().browser, service.appUrl),
    tell,
    work: () => started().work,
    ask: async (path) => {
      const { service } = started();
      const { status } = await service.ask(`/api/v1${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${service.token}` },
      });
      expect(status).toBeLessThan(300);
    },
    start: async () => {
      const [service, browser] = await Promise.all([startTestService({ environment: noWorkersHere }), launchBrowser()]);
      const spentLink = service.signInUrl;
      const work = await openWorkAtHand(service.dataDir);
      parts = { service, work, browser, spentLink, session: await signedIn(browser, spentLink) };
      await seedWorkOfAllKinds(work);
      await tell("pull_request", openedPullRequest(1));
      await tell("workflow_run", completedWorkflowRun(101, 1, "failure"));
      await tell("pull_request", pullRequestWithoutItsPullRequest());
      await service.digested();
    },
    stop: async () => {
      await parts?.browser.close();
      await parts?.work[Symbol.asyncDispose]();
      await parts?.service[Symbol.asyncDispose]();
    },
  };
}

async function signedIn(browser: Browser, link: string): Promise<Session> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await waitUntilLive(page);
  const session = await context.storageState();
  await context.close();
  return session;
}
