import { readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { OperationName } from "../../src/operations/operations.ts";
import { redactDeep } from "../../src/redact/redact-deep.ts";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { type Canary, type Trace, tracesIn, tracesInFiles } from "../support/secret-traces.ts";
import { watchProcesses } from "./process-watch.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

/** Looks different in each of the forms in which secrets travel. */
const token = 'canary_8Jq2"v/Tz0+Rk5\\Wm1=Xy7Lp3';
const canaries: Canary[] = [{ name: "token", secret: token }];

const forms: [string, string][] = [
  ["as it is", token],
  ["in base64", Buffer.from(token).toString("base64")],
  ["URL-encoded", encodeURIComponent(token)],
  ["JSON-escaped", JSON.stringify(token).slice(1, -1)],
  ["as git signs in with it", Buffer.from(`x-access-token:${token}`).toString("base64")],
];

describe.each([
  ["github", makeSqlite],
  ["gitlab", makePostgres],
] as const)("the token for %s", (name, makeDatabase) => {
  test("is nowhere but at the forge, whatever was done with it and whatever failed", async () => {
    await using shop = await openWorkshop(name, makeDatabase);
    const { forge } = shop;
    const watch = watchProcesses();
    const tokenFile = join(shop.directory, "token");
    await writeFile(tokenFile, token, { mode: 0o600 });
    forge.grantToken(token);
    await shop.write({ "src/client.ts": "export const retries = 1;\n", "commit_log.md": logText });
    const said = await workWithLog(shop, tokenFile);

    const good = await shop.run({}, "WORK-1");
    await shop.write({ "src/client.ts": "export const retries = 2;\n" });
    const more = await shop.run({}, "WORK-1");
    // A forge that says the token back to us, in the words of its refusal.
    const words = forms.map(([, form]) => form).join("\n");
    forge.gitFault({
      service: "git-receive-pack",
      phase: "advertise",
      what: { kind: "status", status: 403, headers: { "content-type": "text/plain" }, body: `Not with\n${words}\n` },
    });
    const refused = await shop.run({}, "WORK-2");
    forge.gitFault({ service: "git-upload-pack", what: { kind: "cut-request", afterBytes: 0 }, times: 2 });
    await rm(join(shop.dataDir, "mirrors"), { recursive: true });
    const cut = await shop.run({}, "WORK-3");
    const processes = watch.stop();

    expect([good.state, more.state, cut.state]).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(refused).toMatchObject({ state: "failed", outcome_code: "FORGE_FORBIDDEN" });
    expect(refused.outcome_because).toContain("Not with");
    const { traces, looked } = await tracesEverywhere(shop, said());
    expect(traces).toEqual([]);
    expect(
      looked.filter((place) => /pr_description\.md$|push_state\.json$|pullwright\.db-wal$/.test(place)),
    ).not.toEqual([]);
    expect(processes.length).toBeGreaterThan(5);
    expect(processes.flatMap(({ argv }) => tracesIn(argv, argv, canaries))).toEqual([]);
    const holders = processes.filter(({ environment }) => tracesIn("", environment, canaries).length > 0);
    expect(
      holders.filter(({ argv }) => !/^\/usr\/bin\/git\0|^\/usr\/lib\/git-core\/|\/git\0|^git\0/.test(argv)),
    ).toEqual([]);
    // The control: of those that talk to the remote it can be seen, so it would have been of the others.
    expect(holders.length).toBeGreaterThan(0);
  });
});

test.each(forms)("the token does not leave the checkout when it stands in the work %s", async (_form, text) => {
  await using shop = await openWorkshop("github");
  const tokenFile = join(shop.directory, "token");
  await writeFile(tokenFile, token, { mode: 0o600 });
  shop.forge.grantToken(token);
  await shop.write({ "src/client.ts": "export const retries = 1;\n", "commit_log.md": logText });
  const said = await workWithLog(shop, tokenFile);
  // It must have been read once to be known.
  await shop.run({}, "WORK-1");
  const pushed = shop.forge.pushed().length;
  const requests = shop.forge.requests().length;

  const ends = [];
  await shop.write({ "src/leak.ts": `export const it = '${text}';\n` });
  ends.push(await shop.run({}, "WORK-2"));
  await shop.write({ "src/leak.ts": null, "commit_log.md": `${logText}\n${text}\n` });
  ends.push(await shop.run({}, "WORK-3"));
  await shop.write({ "commit_log.md": logText });
  await expect(shop.run({ title: `With ${text}` }, "WORK-4")).rejects.toThrow(/holds a secret/);

  expect(ends.map(({ state, outcome_code: code }) => [state, code])).toEqual(
    ends.map(() => ["failed", "SECRET_IN_WORK"]),
  );
  expect(shop.forge.pushed()).toHaveLength(pushed);
  expect(
    shop.forge
      .requests()
      .slice(requests)
      .filter(({ method }) => method !== "GET"),
  ).toEqual([]);
  const { traces } = await tracesEverywhere(shop, said());
  expect(traces).toEqual([]);
});

test("this test would see it", async () => {
  await using shop = await openWorkshop("github");
  for (const [form, text] of forms) {
    const path = join(shop.dataDir, "planted");
    await writeFile(path, `before ${text} after`);
    expect((await tracesEverywhere(shop, "")).traces, form).toContainEqual(
      expect.objectContaining({ place: "data: planted" }),
    );
    await rm(path);
    expect((await tracesEverywhere(shop, `a line with ${text}`)).traces, form).toContainEqual(
      expect.objectContaining({ place: "log" }),
    );
  }
});

/** Workers that find the token in a file; returns what they logged. */
async function workWithLog(shop: Workshop, tokenFile: string): Promise<() => string> {
  const lines: string[] = [];
  const upper = shop.forge.name.toUpperCase();
  await shop.work(
    { env: { [`PULLWRIGHT_${upper}_TOKEN`]: "", [`PULLWRIGHT_${upper}_TOKEN_FILE`]: tokenFile } },
    undefined,
    {},
    (line) => lines.push(line),
  );
  return () => lines.join("\n");
}

/** Every place at which something of ours ends up. */
async function tracesEverywhere(
  shop: Workshop,
  logged: string,
  { withStore = true } = {},
): Promise<{ traces: Trace[]; looked: string[] }> {
  const { forge, database } = shop;
  const found: Trace[] = [...tracesIn("log", logged, canaries)];
  const looked: string[] = [];
  const search = (name: string, folder: string): void => {
    const { traces, filesRead } = tracesInFiles(folder, canaries);
    found.push(...traces.map((trace) => ({ ...trace, place: `${name}: ${trace.place}` })));
    looked.push(...filesRead);
  };
  search("data", shop.dataDir);
  search("checkout", shop.checkout);
  for (const name of await readdir(shop.directory))
    if (name !== "token" && name !== "data" && name !== "checkout") search(name, join(shop.directory, name));
  if (withStore) {
    if (database.location.engine === "sqlite") search("store", dirname(database.location.path));
    else {
      const tables = await database.rows(
        "select table_name from information_schema.tables where table_schema = 'public'",
      );
      for (const { table_name: table } of tables)
        found.push(
          ...tracesIn(
            `table ${String(table)}`,
            JSON.stringify(await database.rows(`select * from "${String(table)}"`)),
            canaries,
          ),
        );
    }
  }
  for (const { method, path, body } of forge.requests())
    found.push(...tracesIn(`${method} ${path}`, `${path}\n${body}`, canaries));
  const objects = await forge.repositories.git(forge.slug, ["cat-file", "--batch-all-objects", "--batch"]);
  found.push(...tracesIn("the repository at the forge", objects, canaries));
  // As each door gives them.
  const answer = async (name: OperationName, input: Record<string, unknown>): Promise<string> =>
    JSON.stringify(redactDeep(await shop.ask(name, input), shop.redact));
  for (const operation of ["listCommands", "listWorkflows", "listAudit", "listPullRequests"] as const)
    found.push(...tracesIn(operation, await answer(operation, {}), canaries));
  for (const { id } of ((await shop.ask("listCommands", {})) as { data: { id: number }[] }).data)
    found.push(...tracesIn(`command ${id}`, await answer("getCommand", { id }), canaries));
  return { traces: found, looked };
}
