import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startModelServer } from "../fakes/model/model-server.ts";
import { openWorkshop, whyNoSandbox } from "./stand-ins.ts";

const noSandbox = await whyNoSandbox();
const inSandbox = noSandbox === null ? test : test.skip;

const key = "sk-proj-canary-4f8a1c2e9b7d6a5f";

test.skipIf(noSandbox === null)(`where agents cannot be shut in none is run: ${noSandbox}`, async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({ command: await workshop.program("agent", "#!/bin/sh\necho ran\n") });

  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "SANDBOX_UNAVAILABLE" });
});

inSandbox("a program gets the prompt on its input, sees the files, and its output is the answer", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({
    command: await workshop.program("agent", '#!/bin/sh\ncat; echo; cat readme.md; echo "$1"; pwd\n'),
    args: ["a b"],
  });

  const answer = await workshop.ask(agent, { prompt: "Look; $(touch x) 'here'" });

  expect(answer).toMatchObject({ kind: "answered", text: "Look; $(touch x) 'here'\nthe files\na b\n/src\n" });
});

inSandbox("a program that is written for Node runs on ours, wherever Node is installed", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({
    command: await workshop.program("agent.mjs", "#!/usr/bin/env node\nconsole.log(process.version)\n"),
  });

  expect(await workshop.ask(agent)).toMatchObject({ kind: "answered", text: `${process.version}\n` });
});

inSandbox("who may read cannot change the files, and who may write can", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({
    command: await workshop.program(
      "agent",
      "#!/bin/sh\necho new >made.md 2>/dev/null; rm -f readme.md 2>/dev/null; echo done\n",
    ),
  });

  await workshop.ask(agent, { may: "read" });
  expect(await readdir(workshop.filesDir)).toEqual(["readme.md"]);

  await workshop.ask(agent, { may: "write" });
  expect(await readdir(workshop.filesDir)).toEqual(["made.md"]);
});

inSandbox("its environment is the same few words everywhere, with no secret among them", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({ command: await workshop.program("agent", "#!/bin/sh\nenv\n") }, { openai: key });

  const answer = await workshop.ask(agent);

  const names =
    answer.kind === "answered"
      ? answer.text
          .trim()
          .split("\n")
          .map((line) => line.split("=")[0])
      : [];
  expect(names.toSorted((a = "", b = "") => (a < b ? -1 : 1))).toEqual([
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "CI",
    "HOME",
    "LANG",
    "NO_COLOR",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "PATH",
    "PWD",
    "TMPDIR",
    "TZ",
  ]);
  expect(JSON.stringify(answer)).not.toContain(key);
});

inSandbox("it reaches its model without ever having the key", async () => {
  await using workshop = await openWorkshop();
  await using model = await startModelServer([{ kind: "say", text: "I am the model." }]);
  const agent = workshop.agent(
    { command: await workshop.program("agent.mjs", asksItsModel), openaiBaseUrl: `${model.url}/v1` },
    { openai: key },
  );

  const answer = await workshop.ask(agent);

  expect(answer).toMatchObject({
    kind: "answered",
    usage: { model: "stub-model", inputTokens: 1200, outputTokens: 30, costUsd: null },
  });
  expect(answer.kind === "answered" && answer.text).toContain("I am the model.");
  expect(model.requests[0]?.headers["authorization"]).toBe(`Bearer ${key}`);
});

const asksItsModel = `#!/usr/bin/env node
const answer = await fetch(process.env.OPENAI_BASE_URL + "/responses", { method: "POST", body: JSON.stringify({ model: "stub-model", input: "hello" }), headers: { authorization: "Bearer " + process.env.OPENAI_API_KEY } });
console.log(answer.status, await answer.text());
if (!answer.ok) process.exit(1);
`;

inSandbox.each([
  ["nothing", "true"],
  ["white space", "printf ' \\n\\t\\n'"],
  ["nothing but a fence", "printf '```json\\n```\\n'"],
])("an answer of %s is no answer", async (_what, script) => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({ command: await workshop.program("agent", `#!/bin/sh\n${script}\n`) });

  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "AGENT_EMPTY" });
});

inSandbox("a program that ends badly has failed, whatever it said before, and its last words say why", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({
    command: await workshop.program("agent", "#!/bin/sh\necho LGTM; echo 'I ran out of ideas' >&2; exit 3\n"),
  });

  const answer = await workshop.ask(agent);

  expect(answer).toMatchObject({ kind: "failed", code: "AGENT_FAILED" });
  expect(answer.kind === "failed" && answer.because).toMatch(/3.*I ran out of ideas/);
});

inSandbox("a program that takes too long is ended", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({
    command: await workshop.program("agent", "#!/bin/sh\ntrap '' TERM\necho begun\nsleep 3600\n"),
  });

  expect(await workshop.ask(agent, { timeoutMs: 1500 })).toMatchObject({ kind: "failed", code: "AGENT_TIMED_OUT" });
});

inSandbox("a program that is called off ends with the reason", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({ command: await workshop.program("agent", "#!/bin/sh\nsleep 3600\n") });
  const why = new Error("The pull request was closed");

  await expect(workshop.ask(agent, { signal: AbortSignal.abort(why) })).rejects.toBe(why);
  const abort = new AbortController();
  const asked = workshop.ask(agent, { signal: abort.signal });
  abort.abort(why);
  await expect(asked).rejects.toBe(why);
});

inSandbox("a flood of words is over the limit, and the log keeps its beginning and its end", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({ command: await workshop.program("agent", "#!/bin/sh\nyes flood\n") });

  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "AGENT_OVER_LIMIT" });
  expect((await stat(workshop.logPath)).size).toBeLessThan(8 * 1024 * 1024 + 200);
});

inSandbox("an answer that is too long for a review is over the limit", async () => {
  await using workshop = await openWorkshop();
  const agent = workshop.agent({ command: await workshop.program("agent", "#!/bin/sh\nyes word | head -c 300000\n") });

  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "AGENT_OVER_LIMIT" });
});

inSandbox("the log is ours alone, and a secret in it is masked also when it was said in two pieces", async () => {
  await using workshop = await openWorkshop();
  const halves = [key.slice(0, 15), key.slice(15)];
  const script = `#!/bin/sh\nprintf 'token: ${halves[0]}'; sleep 0.3; printf '${halves[1]} end\\n'\n`;
  const agent = workshop.agent({ command: await workshop.program("agent", script) }, { openai: key });

  await workshop.ask(agent);

  const log = await readFile(workshop.logPath, "utf8");
  expect(log).toBe("token: [redacted] end\n");
  expect((await stat(workshop.logPath)).mode & 0o777).toBe(0o600);
});

inSandbox.each([
  ["wants fewer questions", 429, "AGENT_RATE_LIMITED"],
  ["refuses the key", 401, "AGENT_UNAVAILABLE"],
  ["fails", 503, "AGENT_UNAVAILABLE"],
  ["has no such model", 404, "AGENT_FAILED"],
])("when its model's provider %s, that is what is reported", async (_what, status, code) => {
  await using workshop = await openWorkshop();
  await using model = await startModelServer([{ kind: "refuse", status, headers: { "retry-after": "30" } }]);
  const agent = workshop.agent(
    { command: await workshop.program("agent.mjs", asksItsModel), openaiBaseUrl: `${model.url}/v1` },
    { openai: key },
  );

  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code, retryAfterMs: 30_000 });
});

inSandbox("an agent that asks a dead model for ever is ended long before its time", async () => {
  await using workshop = await openWorkshop();
  await using model = await startModelServer([{ kind: "refuse", status: 500 }]);
  const script = asksItsModel.replace(
    "const answer",
    "for (;;) { await fetch(process.env.OPENAI_BASE_URL + '/responses', { method: 'POST', body: '{}' }); }\nconst answer",
  );
  const agent = workshop.agent(
    { command: await workshop.program("agent.mjs", script), openaiBaseUrl: `${model.url}/v1` },
    { openai: key },
  );

  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "AGENT_UNAVAILABLE" });
  expect(model.requests.length).toBeLessThan(20);
});

inSandbox("a program that is not there is unavailable, with what to do", async () => {
  await using workshop = await openWorkshop();

  for (const agent of [
    workshop.agent({ command: "no-such-agent" }),
    workshop.agent({ command: join(workshop.path, "nothing") }),
  ]) {
    expect(await agent.probe()).toMatchObject({ kind: "unavailable", code: "AGENT_UNAVAILABLE" });
    expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "AGENT_UNAVAILABLE" });
  }
  expect(await workshop.agent({}).probe()).toMatchObject({ code: "AGENT_NOT_CONFIGURED" });
});

inSandbox("of an agent's home nothing is shown but its program", async () => {
  await using workshop = await openWorkshop();
  await workshop.program("secret-beside-it", key);
  const agent = workshop.agent({
    command: await workshop.program("agent", '#!/bin/sh\nls "$(dirname "$0")"; ls -A ~\n'),
  });

  expect(await workshop.ask(agent)).toMatchObject({ kind: "answered", text: "agent\n" });
});

test("whoever accepts the risk gets the same answers without a sandbox, and could lose everything", async () => {
  await using workshop = await openWorkshop({ unguarded: true });
  await using model = await startModelServer([{ kind: "say", text: "I am the model." }]);
  const beside = await workshop.program("beside-it", "a secret beside it");
  const options = { openaiBaseUrl: `${model.url}/v1` };

  const looks = workshop.agent({
    command: await workshop.program("agent", `#!/bin/sh\ncat readme.md ${beside}; pwd\n`),
    ...options,
  });
  const asks = workshop.agent(
    { command: await workshop.program("agent.mjs", asksItsModel), ...options },
    { openai: key },
  );

  expect(await looks.probe()).toMatchObject({
    kind: "ready",
    warnings: [expect.stringContaining("unguarded") as string],
  });
  expect(await workshop.ask(looks)).toMatchObject({
    kind: "answered",
    text: `the files\na secret beside it${workshop.filesDir}\n`,
  });
  const answer = await workshop.ask(asks);
  expect(answer.kind === "answered" && answer.text).toContain("I am the model.");
});

inSandbox("further paths are shown when they are named, but never a whole home", async () => {
  await using workshop = await openWorkshop();
  const library = await workshop.program("library", "from the library\n");
  const command = await workshop.program("agent", `#!/bin/sh\ncat ${library}\n`);

  expect(await workshop.ask(workshop.agent({ command, showPaths: [library] }))).toMatchObject({
    text: "from the library\n",
  });

  const careless = workshop.agent({
    command,
    home: workshop.path,
    showPaths: ["/", "/var", workshop.path, "/no/such"],
  });
  const standing = await careless.probe();
  expect(standing.kind === "ready" && standing.warnings).toHaveLength(4);
  expect(await workshop.ask(careless)).toMatchObject({ kind: "failed", code: "AGENT_FAILED" });
});
