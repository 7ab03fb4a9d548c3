import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

const branch = "pullwright/SCRUM-123";
const ref = `refs/heads/${branch}`;

/** A workshop in which a first piece of work has become a pull request. */
async function afterFirstWork(name: "github" | "gitlab"): Promise<Workshop & { number: number; sha: string }> {
  const shop = await openWorkshop(name);
  await shop.write({ "src/client.ts": "export const retries = 3;\n", "commit_log.md": logText });
  await shop.work();
  const { state, result } = await shop.run();
  expect(state).toBe("succeeded");
  return { ...shop, number: Number(result["pr_number"]), sha: String(result["commit_sha"]) };
}

describe.each(["github", "gitlab"] as const)("what others do meanwhile, at %s:", (name) => {
  test("a store that comes back from yesterday's backup does not do anything twice", async () => {
    await using shop = await afterFirstWork(name);
    const { location } = shop.database;
    if (location.engine !== "sqlite") throw new Error("This is told to the file itself");
    const file = new DatabaseSync(location.path, { timeout: 5000 });
    file.exec("delete from effects");
    file.close();

    const again = await shop.run();

    expect(again).toMatchObject({ state: "succeeded", result: { pr_number: shop.number, commit_sha: shop.sha } });
    expect(shop.forge.pushed()).toHaveLength(1);
    expect(await shop.forge.pulls()).toHaveLength(1);
  });

  test("what a person closed stays closed, and nothing is opened in its place", async () => {
    await using shop = await afterFirstWork(name);
    await shop.forge.close(shop.number);

    const again = await shop.run();

    expect(again).toMatchObject({ state: "failed", outcome_code: "FORGE_CONFLICT" });
    expect(await shop.forge.pulls()).toMatchObject([{ state: "closed" }]);
  });

  test("what was merged is history: new content gets a pull request of its own", async () => {
    await using shop = await afterFirstWork(name);
    await shop.forge.merge(shop.number);
    await shop.write({ "src/client.ts": "export const retries = 5;\n" });

    const next = await shop.run();

    expect(next.state).toBe("succeeded");
    const pulls = (await shop.forge.pulls()).toSorted((a, b) => a.number - b.number);
    expect(pulls.map(({ state }) => state)).toEqual(["merged", "open"]);
    expect(pulls[1]?.sha).toBe(next.result["commit_sha"]);
  });

  test("a commit that somebody put onto our branch is never overwritten", async () => {
    await using shop = await afterFirstWork(name);
    const { repositories, slug } = shop.forge;
    const theirs = (
      await repositories.commit(slug, [{ branch, message: "A correction", files: { "correction.md": "Better.\n" } }])
    ).get(branch);
    await shop.write({ "src/client.ts": "export const retries = 5;\n" });

    const next = await shop.run();

    expect(next).toMatchObject({ state: "failed", outcome_code: "BRANCH_EXISTS" });
    expect((await repositories.refs(slug)).get(ref)).toBe(theirs);
    expect(await shop.forge.pulls()).toHaveLength(1);
  });

  test("a pull request that shows another commit than ours is said to, and nothing more is written to it", async () => {
    await using shop = await afterFirstWork(name);
    const { repositories, slug } = shop.forge;
    await repositories.commit(slug, [{ branch, message: "A correction", files: { "correction.md": "Better.\n" } }]);
    const requests = shop.forge.requests().length;

    const again = await shop.run();

    expect(again).toMatchObject({ state: "failed", outcome_code: "HEAD_MISMATCH" });
    const writes = shop.forge
      .requests()
      .slice(requests)
      .filter(({ method }) => method !== "GET");
    expect(writes).toEqual([]);
  });

  test("a pull request that was on its way when its command was cancelled is found by the next for the same work", async () => {
    await using shop = await openWorkshop(name);
    const { forge } = shop;
    await shop.write({ "src/client.ts": "export const retries = 3;\n", "commit_log.md": logText });
    let first = 0;
    forge.apiFault({ on: "create", fault: "slow", whenHeld: () => void shop.ask("cancelCommand", { id: first }) });
    await shop.work();
    first = await shop.put();
    const cancelled = await shop.ended(first);
    expect(cancelled).toMatchObject({
      state: "cancelled",
      outcome_because: expect.stringContaining("It is not known whether create-pull-request was done"),
    });
    forge.calm();

    const next = await shop.run({ title: "The same work, asked for once more" });

    expect(next).toMatchObject({ state: "succeeded" });
    expect(next.id).not.toBe(first);
    expect(await forge.pulls()).toMatchObject([{ number: next.result["pr_number"], state: "open" }]);
    expect(forge.pushed()).toHaveLength(1);
  });
});
