import { describe, expect, test } from "vitest";
import type { NormalisedEvent } from "../../src/domain/event.ts";
import type { Fact } from "../../src/domain/fact.ts";
import { recordEvent } from "../../src/outcome/record-event.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import { arrivedMany } from "../conformance/delivery.ts";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { openPull, type OpenedPull, reviewOf, reviewsHere } from "./review-scene.ts";
import { answerTo, scriptedAgent, someUsage } from "./scripted-agent.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const places = { github: makeSqlite, gitlab: makePostgres } as const;
const dear = scriptedAgent(({ prompt }) => ({
  kind: "answered",
  text: answerTo(prompt, []),
  usage: { ...someUsage, costUsd: 0.6 },
}));

describe("a pull request is reviewed", { timeout: 60_000 }, () => {
  test("for so many commits and no more, until somebody asks", async () => {
    const name = "github";
    await using shop = await openWorkshop(name, places[name], { ...reviewsHere, PULLWRIGHT_REVIEW_ROUNDS_MAX: "2" });
    const pull = await openPull(shop);
    const verdicts = [await reviewOf(shop, dear, pull)];
    for (const serial of [2, 3]) verdicts.push(await reviewOf(shop, dear, await pushTo(pull, serial, shop)));
    const again = await pushTo(pull, 4, shop);
    verdicts.push(await reviewOf(shop, dear, again), await reviewOf(shop, dear, again, { asked: true }));

    expect(verdicts.map(endOf)).toEqual([
      "succeeded",
      "succeeded",
      "skipped: 2 of 2 rounds are used up.",
      "skipped: 2 of 2 rounds are used up.",
      "succeeded",
    ]);
    // What nobody reviews has nothing beside it that goes on.
    expect((await shop.forge.review.checks(again.sha)).map(({ title }) => title)).toEqual(["No findings"]);
  });

  test("for so much money and no more, of the pull request and of the day", async () => {
    const name = "gitlab";
    await using shop = await openWorkshop(name, places[name], {
      ...reviewsHere,
      PULLWRIGHT_REVIEW_USD_PER_PULL_REQUEST_MAX: "1",
      PULLWRIGHT_REVIEW_USD_PER_DAY_MAX: "1",
    });
    const pull = await openPull(shop);
    const verdicts = [await reviewOf(shop, dear, pull)];
    for (const serial of [2, 3]) verdicts.push(await reviewOf(shop, dear, await pushTo(pull, serial, shop)));
    verdicts.push(await reviewOf(shop, dear, await openPull(shop, { serial: 9 })));
    const today = shop.time.aheadMs();
    shop.time.setAhead(today + 86_400_000);
    verdicts.push(await reviewOf(shop, dear, await openPull(shop, { serial: 10 })));

    expect(verdicts.map(endOf)).toEqual([
      "succeeded",
      "succeeded",
      "skipped: The reviews of this pull request have cost $1.20 of $1.00.",
      "skipped: Today's reviews have cost $1.20 of $1.00.",
      "succeeded",
    ]);
  });

  test("until a bot has answered three reviews in a row, and again when a person has said something", async () => {
    const name = "github";
    await using shop = await openWorkshop(name, places[name], reviewsHere);
    const pull = await openPull(shop);
    const tell = (what: string, commitSha: string | null, actor: string, actorIsBot: boolean): Promise<void> =>
      tellOf(pull, { what, commitSha, actor, actorIsBot }, shop);
    const verdicts = [await reviewOf(shop, dear, pull)];
    await tell("opened", pull.sha, "ann", false);
    for (const serial of [2, 3, 4, 5]) {
      const next = await pushTo(pull, serial, shop);
      await tell("synchronize", next.sha, "fix-bot[bot]", true);
      verdicts.push(await reviewOf(shop, dear, next));
    }
    await tell("review_requested", null, "ann", false);
    const next = await pushTo(pull, 6, shop);
    await tell("synchronize", next.sha, "fix-bot[bot]", true);
    verdicts.push(await reviewOf(shop, dear, next));

    expect(verdicts.map(endOf)).toEqual([
      "succeeded",
      "succeeded",
      "succeeded",
      "skipped: The last 3 commits are a bot's answers to our reviews, with no person between them.",
      // The head before it had no review: nobody answers anybody here.
      "succeeded",
      "succeeded",
    ]);
  });

  test("no longer than it is open: the agent is told to stop, and nothing is said", async () => {
    const name = "gitlab";
    await using shop = await openWorkshop(name, places[name], reviewsHere);
    const pull = await openPull(shop);
    const reader = scriptedAgent(async ({ signal }) => {
      const at = shop.time.clock().toISOString();
      await shop.forge.close(pull.number);
      const closed: Fact = { kind: "pull-request", number: pull.number, observedAt: at, state: "closed", closedAt: at };
      await tellOf(
        pull,
        { what: "closed", commitSha: pull.sha, actor: "ann", actorIsBot: false, facts: [closed] },
        shop,
      );
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    });

    const command = await reviewOf(shop, reader, pull);

    expect(endOf(command)).toMatch(/^skipped: .* was closed while it was read\.$/);
    expect((await shop.forge.review.comments(pull.number)).filter(({ author }) => author !== "ann")).toEqual([]);
    expect(await shop.forge.review.threads(pull.number)).toEqual([]);
    expect((await shop.forge.review.checks(pull.sha)).map(({ title }) => title)).toEqual([
      "INCONCLUSIVE: closed while it was read",
    ]);
  });

  test("also when events call it closed, and it is not", async () => {
    const name = "github";
    await using shop = await openWorkshop(name, places[name], reviewsHere);
    const pull = await openPull(shop);
    const reader = scriptedAgent(async ({ signal }) => {
      const at = new Date(shop.time.clock().getTime() + 60_000).toISOString();
      const closed: Fact = { kind: "pull-request", number: pull.number, observedAt: at, state: "closed", closedAt: at };
      await tellOf(
        pull,
        { what: "closed", commitSha: pull.sha, actor: "ann", actorIsBot: false, facts: [closed] },
        shop,
      );
      const before = shop.forge.requests().length;
      // Until the forge was asked, and said no.
      while (shop.forge.requests().length === before) await new Promise((resolve) => setImmediate(resolve));
      expect(signal.aborted).toBe(false);
      return [];
    });

    expect(endOf(await reviewOf(shop, reader, pull))).toBe("succeeded");
  });
});

type Told = Pick<NormalisedEvent, "commitSha" | "actor" | "actorIsBot"> & { what: string; facts?: Fact[] };

/** As the forge's webhook tells of it. */
async function tellOf(
  pull: OpenedPull,
  { what, commitSha, actor, actorIsBot, facts = [] }: Told,
  { store, forge, time }: Workshop,
): Promise<void> {
  await store.accept(arrivedMany(1));
  const [delivery] = (await store.deliveries.list({}, { limit: 1, after: null })).rows;
  const [repository] = (await store.repositories.list({ limit: 1, after: null })).rows;
  const now = time.clock().toISOString();
  const event: NormalisedEvent = {
    kind: `${forge.name}.pull_request.${what}`,
    repository: {
      forge: forge.name,
      host: forge.host,
      forgeId: repository?.forge_id ?? null,
      slug: forge.slug,
      defaultBranch: "main",
      url: null,
    },
    subject: { kind: "pull-request", ref: String(pull.number) },
    commitSha,
    actor,
    actorIsBot,
    actorId: null,
    occurredAt: now,
    summary: `${actor} did something`,
    discriminator: commitSha ?? "",
    facts,
  };
  await store.transaction((queries) => recordEvent(event, "{}", { deliveryId: delivery?.id ?? 0, now }, queries));
}

async function pushTo(pull: OpenedPull, serial: number, { forge }: Workshop): Promise<OpenedPull> {
  const files = { "src/more.ts": `export const more = ${serial};\n` };
  return { ...pull, sha: await forge.review.push({ branch: pull.branch, message: `More ${serial}`, files }) };
}

function endOf({ state, outcome_because: because }: CommandDetail): string {
  return state === "succeeded" ? state : `${state}: ${because}`;
}
