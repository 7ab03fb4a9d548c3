import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Agent } from "../../src/agents/agent.ts";
import { startModelServer, type ModelServer, type ModelTurn } from "../fakes/model/model-server.ts";
import { installedAgent } from "./installed-agents.ts";
import { openWorkshop, whyNoSandbox, type Workshop } from "./stand-ins.ts";

const noSandbox = await whyNoSandbox();
const keys = { openai: "sk-proj-canary-4f8a1c2e9b7d6a5f", anthropic: "sk-ant-canary-4f8a1c2e9b7d6a5f" };

const agents = [
  {
    name: "codex",
    shell: (script: string): ModelTurn => ({ kind: "call", tool: "exec_command", input: { cmd: script } }),
    answer: (answer: object): ModelTurn => ({ kind: "say", text: JSON.stringify(answer) }),
  },
  {
    name: "claude",
    shell: (script: string): ModelTurn => ({ kind: "call", tool: "Bash", input: { command: script } }),
    answer: (answer: object): ModelTurn => ({ kind: "call", tool: "StructuredOutput", input: { ...answer } }),
  },
] as const;

const schema = {
  type: "object",
  properties: { verdict: { type: "string" } },
  required: ["verdict"],
  additionalProperties: false,
};

describe.each(agents)("the real $name", ({ name, shell, answer }) => {
  const command = installedAgent(name);
  const why = noSandbox ?? (command === null ? "it is not installed: node scripts/fetch-agents.mjs" : null);
  const real = why === null ? test : test.skip;

  test.skipIf(why === null)(`is not tried here, because ${why}`, () => {
    expect(why).not.toBeNull();
  });

  function agentFor(workshop: Workshop, model: ModelServer): Agent {
    return workshop.agent({ name, command, openaiBaseUrl: `${model.url}/v1`, anthropicBaseUrl: model.url }, keys);
  }

  real(
    "has all the flags that keep it safe, starts in the sandbox and answers in the form that was asked for",
    async () => {
      await using workshop = await openWorkshop();
      await using model = await startModelServer([answer({ verdict: "fine" }), { kind: "say", text: "Done." }]);
      const agent = agentFor(workshop, model);

      expect(await agent.probe()).toMatchObject({ kind: "ready", warnings: [] });
      const answered = await workshop.ask(agent, { answerSchema: schema, prompt: "A prompt of ours" });

      expect(answered).toMatchObject({ kind: "answered", usage: { model: "stub-model" } });
      expect(JSON.parse(answered.kind === "answered" ? answered.text : "")).toEqual({ verdict: "fine" });
      expect(model.requests[0]?.text).toContain("A prompt of ours");
      expect(JSON.stringify(model.requests[0]?.body)).toContain('"verdict"');
    },
  );

  real(
    "sees no key, no other process and no network, whatever its model makes it try, and changes nothing where it may only read",
    async () => {
      await using workshop = await openWorkshop();
      const tries =
        "cat /proc/*/environ | tr '\\0' '\\n'; env; cat /proc/net/dev; ls -A ~ /; echo changed >/src/readme.md; echo end of tries";
      await using model = await startModelServer([shell(tries), { kind: "say", text: "Done." }]);

      expect(await workshop.ask(agentFor(workshop, model))).toMatchObject({ kind: "answered" });

      const told = model.requests.map(({ text }) => text).join("\n") + (await readFile(workshop.logPath, "utf8"));
      expect(told).not.toContain("canary");
      expect(told).not.toContain(workshop.path);
      expect(told).not.toContain("eth0");
      expect(await readFile(join(workshop.filesDir, "readme.md"), "utf8")).toBe("the files\n");
    },
  );

  real("reads no instructions, settings or servers that lie among the files", async () => {
    await using workshop = await openWorkshop();
    await using model = await startModelServer([{ kind: "say", text: "Done." }]);
    const hook = { hooks: [{ type: "command", command: "echo hooked >/out/answer; touch /tmp/hooked" }] };
    const planted = {
      "AGENTS.md": "zebra-crossing instructions",
      "CLAUDE.md": "zebra-crossing instructions",
      ".claude/settings.json": JSON.stringify({
        hooks: { SessionStart: [hook], UserPromptSubmit: [hook] },
        env: { PLANTED: "zebra-crossing" },
      }),
      ".claude/agents/planted.md":
        "---\nname: zebra-crossing\ndescription: zebra-crossing instructions\n---\nzebra-crossing instructions",
      ".mcp.json": JSON.stringify({
        mcpServers: { "zebra-crossing": { command: "/bin/sh", args: ["-c", "echo zebra-crossing"] } },
      }),
      ".codex/config.toml": 'model = "zebra-crossing"\n',
    };
    for (const [path, text] of Object.entries(planted)) {
      await mkdir(dirname(join(workshop.filesDir, path)), { recursive: true });
      await writeFile(join(workshop.filesDir, path), text);
    }

    expect(await workshop.ask(agentFor(workshop, model))).toMatchObject({
      kind: "answered",
      text: expect.stringContaining("Done.") as string,
    });

    expect(model.requests.map(({ text }) => text).join("\n")).not.toContain("zebra-crossing");
  });

  real(
    "carries out a plan where it may write: it changes files and writes its log, and the command runs without a network",
    async () => {
      await using workshop = await openWorkshop();
      const script =
        "echo 'a new line' >>readme.md && mkdir -p docs && printf '# Implementation Commit Log\\n' >commit_log.md && echo made >docs/new.md && ! (echo x >/dev/tcp/140.82.112.3/443) 2>/dev/null";
      await using model = await startModelServer([shell(script), { kind: "say", text: "I did it." }]);

      const answered = await workshop.ask(agentFor(workshop, model), { may: "write" });

      expect(answered).toMatchObject({ kind: "answered", text: expect.stringContaining("I did it.") as string });
      expect((await readdir(workshop.filesDir)).toSorted()).toEqual(["commit_log.md", "docs", "readme.md"]);
      expect(await readFile(join(workshop.filesDir, "readme.md"), "utf8")).toBe("the files\na new line\n");
    },
  );

  real.each([
    ["wants fewer questions", { kind: "refuse", status: 429, headers: { "retry-after": "1" } }, "AGENT_RATE_LIMITED"],
    ["refuses the key", { kind: "refuse", status: 401 }, "AGENT_UNAVAILABLE"],
    ["fails", { kind: "refuse", status: 500 }, "AGENT_UNAVAILABLE"],
    ["hangs up in the middle of its answer", { kind: "cut", text: "LGTM" }, "AGENT_UNAVAILABLE"],
  ] satisfies [string, ModelTurn, string][])(
    "does not pass for an answer when its model %s",
    async (_what, turn, code) => {
      await using workshop = await openWorkshop();
      await using model = await startModelServer([turn]);

      expect(await workshop.ask(agentFor(workshop, model), { timeoutMs: 50_000 })).toMatchObject({
        kind: "failed",
        code,
      });
    },
  );

  real("is ended when its model hangs", async () => {
    await using workshop = await openWorkshop();
    await using model = await startModelServer([{ kind: "hang" }]);

    expect(await workshop.ask(agentFor(workshop, model), { timeoutMs: 5000 })).toMatchObject({
      kind: "failed",
      code: "AGENT_TIMED_OUT",
    });
  });
});
