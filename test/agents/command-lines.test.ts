import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorkshop, whyNoSandbox } from "./stand-ins.ts";

const inSandbox = (await whyNoSandbox()) === null ? test : test.skip;
const keys = { openai: "sk-proj-canary-4f8a1c2e9b7d6a5f", anthropic: "sk-ant-canary-4f8a1c2e9b7d6a5f" };

/** A command line that says it is some version and has these flags, and does as it is told when it is asked. */
function standIn(version: string, flags: string, rest = "exit 1"): string {
  return `#!/bin/sh
case "$*" in
  *--version*) echo "${version}" ;;
  *--help*) echo "${flags}" ;;
  *) ${rest} ;;
esac
`;
}

const codexFlags =
  "-s, --sandbox --skip-git-repo-check -C, --cd -o, --output-last-message --output-schema --json --ephemeral --ignore-user-config --ignore-rules -c, --config";
const claudeFlags =
  "-p, --print --output-format --permission-mode --tools --allowedTools, --allowed-tools --strict-mcp-config --mcp-config --setting-sources --no-session-persistence --json-schema";

inSandbox("a command line that has all that keeps it safe is ready", async () => {
  await using workshop = await openWorkshop();
  await workshop.program("codex", standIn("codex-cli 0.170.2", codexFlags));
  await workshop.program("claude", standIn("2.1.328 (Claude Code)", claudeFlags));

  expect(await workshop.agent({ name: "codex" }, keys).probe()).toMatchObject({ kind: "ready", version: "0.170.2" });
  expect(await workshop.agent({ name: "claude" }, keys).probe()).toMatchObject({ kind: "ready", version: "2.1.328" });
});

inSandbox.each([
  ["codex", "codex-cli 0.170.2", codexFlags.replace("--ignore-rules", "--ignore-rules-not"), /--ignore-rules/],
  ["codex", "codex-cli 0.100.0", codexFlags, /0\.100\.0 is too old/],
  ["claude", "2.1.328", claudeFlags.replace("--setting-sources", ""), /--setting-sources/],
  ["claude", "2.1.99", claudeFlags, /2\.1\.99 is too old/],
  ["claude", "An update is available! Install it now? [Y/n]", claudeFlags, /which version/],
] as const)("%s that says %s is not run without what keeps it safe (%#)", async (name, version, flags, because) => {
  await using workshop = await openWorkshop();
  await workshop.program(name, standIn(version, flags, "echo ran >/out/answer"));
  const agent = workshop.agent({ name }, keys);

  const standing = await agent.probe();

  expect(standing).toMatchObject({ kind: "unavailable", code: "AGENT_UNSUPPORTED" });
  expect(standing.kind === "unavailable" && standing.because).toMatch(because);
  expect(await workshop.ask(agent)).toMatchObject({ kind: "failed", code: "AGENT_UNSUPPORTED" });
});

inSandbox("a command line that cannot be started is unavailable", async () => {
  await using workshop = await openWorkshop();
  await workshop.program("claude", "#!/no/such/interpreter\n");

  expect(await workshop.agent({ name: "claude" }, keys).probe()).toMatchObject({ code: "AGENT_UNAVAILABLE" });
});

inSandbox("without a key or a login it is unavailable, with what to do", async () => {
  await using workshop = await openWorkshop();
  await workshop.program("codex", standIn("codex-cli 0.170.2", codexFlags));

  const standing = await workshop.agent({ name: "codex" }).probe();

  expect(standing).toMatchObject({ kind: "unavailable", code: "AGENT_UNAVAILABLE" });
  expect(standing.kind === "unavailable" && standing.because).toContain("PULLWRIGHT_OPENAI_API_KEY");
});

inSandbox.each([
  ["is a link", "ln -s /etc/passwd /out/answer"],
  ["is a pipe", "mkfifo /out/answer"],
  ["is a folder", "mkdir /out/answer"],
  ["may not be read", "mkdir -p /out/a/b; touch /out/answer /out/a/b/c; chmod 000 /out/a /out/answer"],
  ["is enormous", "head -c 1000000 /dev/zero >/out/answer"],
])("a result that %s is not read", async (_what, script) => {
  await using workshop = await openWorkshop();
  const events = `echo '{"type":"turn.completed","usage":{"input_tokens":1,"output_tokens":1}}'`;
  await workshop.program("codex", standIn("codex-cli 0.170.2", codexFlags, `${script}; ${events}`));

  expect((await workshop.ask(workshop.agent({ name: "codex" }, keys))).kind).toBe("failed");
  expect(await readdir(join(workshop.path, "w"))).toEqual([]);
});

inSandbox("half a turn of Codex is no answer", async () => {
  await using workshop = await openWorkshop();
  await workshop.program(
    "codex",
    standIn("codex-cli 0.170.2", codexFlags, 'echo LGTM >/out/answer; echo \'{"type":"turn.started"}\''),
  );

  expect(await workshop.ask(workshop.agent({ name: "codex" }, keys))).toMatchObject({
    kind: "failed",
    code: "AGENT_FAILED",
  });
});

inSandbox.each([
  [
    "an error that calls itself a success",
    '{"type":"result","subtype":"success","is_error":true,"result":"LGTM"}',
    "0",
  ],
  ["a good result and a bad end", '{"type":"result","subtype":"success","is_error":false,"result":"LGTM"}', "1"],
  ["too many turns", '{"type":"result","subtype":"error_max_turns","is_error":false}', "0"],
  ["half a line", '{"type":"result","subtype":"success","is_error":false,"result":"LG', "0"],
  ["no result", '{"type":"assistant","message":{"content":[{"type":"text","text":"LGTM"}]}}', "0"],
])("%s of Claude Code is no answer", async (_what, line, exitCode) => {
  await using workshop = await openWorkshop();
  await workshop.program("claude", standIn("2.1.328", claudeFlags, `echo '${line}'; exit ${exitCode}`));

  expect(await workshop.ask(workshop.agent({ name: "claude" }, keys))).toMatchObject({
    kind: "failed",
    code: "AGENT_FAILED",
  });
});

inSandbox("what it is told on its command line is no prompt and no key", async () => {
  await using workshop = await openWorkshop();
  await workshop.program("claude", standIn("2.1.328", claudeFlags, 'echo "$@"; env; exit 1'));

  await workshop.ask(workshop.agent({ name: "claude" }, keys), { prompt: "A prompt of ours" });

  const log = await readFile(workshop.logPath, "utf8");
  expect(log).toContain("--permission-mode dontAsk");
  expect(log).not.toContain("A prompt of ours");
  expect(log).not.toContain("canary");
  expect(await readdir(join(workshop.path, "w"))).toEqual([]);
});
