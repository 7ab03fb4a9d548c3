import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { post } from "../service/ask-for-work.ts";
import { runPullwright, startPullwright } from "../support/pullwright-process.ts";
import { startTestService } from "../support/service.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

// A program executes a plan, and what follows from that is a pull request: in the real processes, asked for from outside.

const agent = fileURLToPath(new URL("../../src/demo/agent.mjs", import.meta.url));
const settings = JSON.stringify({
  safety: { auto_create_pr_after_execution: true },
  workers: { execute_plan: { command: process.execPath, args: [agent] } },
});
const plan =
  "# Retry three times\n\nOnce is not enough.\n\n## src/client.ts\n\n```ts\nexport const retries = 3;\n```\n\n## docs/retries.md\n\n```\nThree.\n```\n";

const endMsMax = 40_000;
const lookMs = 20;

type Shown = { state: string; commands: { id: number; type: string; state: string; requested_by: string }[] };

const places = (["github", "gitlab"] as const).flatMap((forge) =>
  ([["sqlite", makeSqlite] as const, ["postgres", makePostgres] as const] as const).map(
    ([engine, makeDatabase]) => [forge, engine, makeDatabase] as const,
  ),
);

test.each(places)(
  "a plan that came by the API is executed by a program, and becomes one pull request (%s, %s)",
  async (forge, _engine, makeDatabase) => {
    await using shop = await openWorkshop(forge, makeDatabase);
    const { PULLWRIGHT_DATA_DIR: _ownInstead, ...environment } = surroundingsOf(shop);
    await using service = await startTestService({ environment, yaml: settings });

    const asked = await post(service, "/workflows", {
      workflow_id: "SCRUM-123",
      repository: `${shop.forge.origin}/${shop.forge.slug}`,
      checkout: shop.checkout,
      plan,
      execute: true,
    });
    const ended = await endOf(async () => (await service.get("/api/v1/workflows/SCRUM-123")).json() as Shown);

    expect(asked.status).toBe(202);
    await expectOnePullRequest(shop, ended, "api");
  },
);

test.each(places)(
  "a plan that came by the command line is executed by a program, and becomes one pull request (%s, %s)",
  async (forge, _engine, makeDatabase) => {
    await using shop = await openWorkshop(forge, makeDatabase);
    await writeFile(join(shop.directory, "pullwright.yaml"), settings);
    await writeFile(join(shop.directory, "plan.md"), plan);
    const place = { directory: shop.directory, environment: surroundingsOf(shop) };
    const worker = startPullwright(["worker"], place);
    await worker.firstLine;
    const run = async (...words: string[]): Promise<Shown> => {
      const { stdout, stderr } = await runPullwright(["workflows", ...words, "--json"], place);
      expect(stderr).toBe("");
      return JSON.parse(stdout) as Shown;
    };

    await run("start", "SCRUM-123", "--checkout", "checkout", "--plan", "plan.md", "--execute");
    const ended = await endOf(() => run("show", "SCRUM-123"));
    worker.kill("SIGTERM");

    expect(await worker.ended).toMatchObject({ code: 0, stderr: "" });
    await expectOnePullRequest(shop, ended, "operator");
  },
);

function surroundingsOf({ environment, database }: Workshop): Record<string, string> {
  const { location } = database;
  return environment({
    PULLWRIGHT_LOG_LEVEL: "warn",
    ...(location.engine === "postgres" ? { PULLWRIGHT_DATABASE_URL: location.url } : {}),
  });
}

/** Looks until nothing more follows; one that never ends is an end too. */
async function endOf(look: () => Promise<Shown>): Promise<Shown> {
  const deadline = performance.now() + endMsMax;
  for (;;) {
    const shown = await look();
    if (shown.state !== "active" || performance.now() > deadline) return shown;
    await wait(lookMs);
  }
}

async function expectOnePullRequest({ forge }: Workshop, ended: Shown, asker: string): Promise<void> {
  expect(ended.state).toBe("succeeded");
  expect(ended.commands.map(({ type, state, requested_by }) => [type, state, requested_by])).toEqual([
    ["execute_plan", "succeeded", asker],
    ["create_pull_request", "succeeded", `command ${ended.commands[0]?.id}`],
  ]);
  const branch = "pullwright/SCRUM-123";
  const [pull, ...others] = await forge.pulls();
  expect(others).toEqual([]);
  expect(pull).toMatchObject({ branch, state: "open", title: expect.stringContaining("Retry three times") });
  expect(forge.pushed()).toEqual([{ ref: `refs/heads/${branch}`, to: pull?.sha }]);
  const git = async (...args: string[]): Promise<string> =>
    (await forge.repositories.git(forge.slug, args)).toString("utf8").trim();
  expect(await git("rev-list", "--count", `main..${branch}`)).toBe("1");
  expect((await git("diff", "--name-status", "main", branch)).split("\n")).toEqual([
    "A\tdocs/retries.md",
    "M\tsrc/client.ts",
  ]);
}
