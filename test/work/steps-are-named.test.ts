import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";

// A crash can only be tried where the code names the moment. effect.ts names those around every effect; so whatever changes something at a forge is in an
// effect, and what changes something else names its own.

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("what changes something outside", () => {
  test("is done at a forge in an effect alone", () => {
    const problems = filesBelow("src/work").flatMap(({ path, text }) => writesOutsideOfEffects(path, text));

    expect(problems).toEqual([]);
  });

  test("is named before and after where git does it", () => {
    const problems = filesBelow("src/git").flatMap(({ path, text }) => unnamedGit(path, text));

    expect(problems).toEqual([]);
  });

  test("is named after it where it is a file for people", () => {
    const problems = filesBelow("src/work").flatMap(({ path, text }) => unnamedFiles(path, text));

    expect(problems).toEqual([]);
  });

  test("is named while and after the program that does it runs", () => {
    const problems = filesBelow("src/work").flatMap(({ path, text }) => unnamedPrograms(path, text));

    expect(problems).toEqual([]);
  });

  test("is named after each thing that is written down of it", () => {
    const problems = unnamedRecords(textOf("src/queue/effect-record.ts"), textOf("src/queue/effect.ts"));

    expect(problems).toEqual([]);
  });

  test("is given to workers, ended and taken from them with a name before, within and after", () => {
    const queue = filesBelow("src/queue").map(({ text }) => text);

    expect(unnamedMoves(queue.join(""))).toEqual([]);
  });

  test("would be seen if it were not named", () => {
    const push = textOf("src/work/push-work.ts");
    const open = textOf("src/work/open-pull-request.ts");
    expect(writesOutsideOfEffects("push-work.ts", push.replace("act: async", "later: async"))).toEqual([
      "push-work.ts: mirror.pushBranch is called outside of an effect's act",
    ]);
    expect(writesOutsideOfEffects("open-pull-request.ts", open.replaceAll("act: async", "later: async"))).toEqual([
      "open-pull-request.ts: forge.createPullRequest is called outside of an effect's act",
      "open-pull-request.ts: forge.updatePullRequest is called outside of an effect's act",
    ]);
    const pushBranch = textOf("src/git/push-branch.ts").replace('session.reach("push.before");', "");
    expect(unnamedGit("push-branch.ts", pushBranch)).toEqual([
      "push-branch.ts: runs git push and names no step before",
    ]);
    const built = textOf("src/git/build-commit.ts").replace('session.reach("commit.after");', "");
    expect(unnamedGit("build-commit.ts", built)).toEqual([
      "build-commit.ts: runs git index-pack and names no step after",
    ]);
    const written = textOf("src/work/pull-request-artifacts.ts").replace('deps.reach("result.written");', "");
    expect(unnamedFiles("pull-request-artifacts.ts", written)).toHaveLength(1);
  });
});

/** Calls of the forge that change something, and pushes, that are not inside `act` or `removeExtra`. */
function writesOutsideOfEffects(path: string, text: string): string[] {
  const { program } = parseSync(path, text);
  const found: string[] = [];
  visit(program, false);
  return found;

  function visit(value: unknown, isInEffect: boolean): void {
    if (Array.isArray(value)) {
      for (const one of value) visit(one, isInEffect);
      return;
    }
    if (!isNode(value)) return;
    const property = value.type === "Property" ? nameIn(value["key"]) : null;
    const isInside = isInEffect || property === "act" || property === "removeExtra";
    const callee = value.type === "CallExpression" ? value["callee"] : null;
    if (isNode(callee) && callee.type === "MemberExpression" && !isInside) {
      const [of, name] = [nameIn(callee["object"]), nameIn(callee["property"])];
      const writes =
        of === "forge"
          ? /^(?!get|list|whoAmI|find|read|resolveCommit|pullRequestsOfCommit)/
          : of === "mirror"
            ? /^push/
            : null;
      if (name !== null && writes?.test(name) === true)
        found.push(`${path}: ${of}.${name} is called outside of an effect's act`);
    }
    for (const child of Object.values(value)) if (typeof child === "object") visit(child, isInside);
  }
}

/** git's commands that change the remote, or make what may be pushed. */
function unnamedGit(path: string, text: string): string[] {
  return ["push", "fetch", "index-pack", "update-ref"].flatMap((command) => {
    if (!new RegExp(`\\[\\s*"${command}"`).test(text)) return [];
    return ["before", "after"]
      .filter((moment) => !new RegExp(`\\breach\\("[a-z-]+\\.${moment}"\\)`).test(text))
      .map((moment) => `${path}: runs git ${command} and names no step ${moment}`);
  });
}

/** Artifacts: after the last one that a file writes there is a step of its own. */
function unnamedFiles(path: string, text: string): string[] {
  if (!/await openArtifacts\(/.test(text)) return [];
  const last = text.search(/\bwrite(?:Json)?\((?![\s\S]*\bwrite(?:Json)?\()/);
  return /\breach\("[a-z-]+\.written"\)/.test(text.slice(last)) ? [] : [`${path}: writes artifacts and names no step`];
}

/** A program changes whatever it likes: it may outlive who started it, and what it says may not be heard. */
function unnamedPrograms(path: string, text: string): string[] {
  const [, after] = text.split("await runChild(");
  if (after === undefined) return [];
  return [
    ...(/onStart: \(\) => deps\.reach\("/.test(after) ? [] : [`${path}: runs a program and names no start`]),
    ...(/^ {2}}\);\n {2}deps\.reach\("/m.test(after) ? [] : [`${path}: runs a program and names no end`]),
  ];
}

/** Whatever an effect's record can be told is followed by a step, at least where it is told in the course of the work. */
function unnamedRecords(record: string, effect: string): string[] {
  return [...record.matchAll(/^ {4}async (\w+)\(/gm)].flatMap(([, method = ""]) =>
    new RegExp(`record\\.${method}\\([^;]*;\\n(?:.*\\n){0,2} *(?:at\\.)?deps\\.reach\\(`).test(effect)
      ? []
      : [`effect.ts: writes down that it is ${method} and names no step after`],
  );
}

function unnamedMoves(text: string): string[] {
  return ["claim", "settle", "rescue"]
    .flatMap((move) => ["before", "written", "after"].map((moment) => `${move}.${moment}`))
    .filter((step) => !text.includes(`reach("${step}")`));
}

function filesBelow(folder: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => ({ path: `${folder}/${path}`, text: textOf(`${folder}/${path}`) }));
}

function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

type Node = { type: string } & Record<string, unknown>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function nameIn(value: unknown): string | null {
  return isNode(value) && value.type === "Identifier" && typeof value["name"] === "string" ? value["name"] : null;
}
