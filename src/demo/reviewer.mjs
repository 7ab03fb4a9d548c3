// reviewer.mjs < prompt > answer    The demo's reviewer: a program of its own that Pullwright asks as it asks any agent `command`
//
// It is no model and thinks of nothing itself: it knows three rules about lines that a change adds, and reads the files in its working folder only to see whether
// somebody has taken care already. What it says has the form that the prompt asks for, and says who wrote it.

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { getuid, stdin, stdout } from "node:process";

/** @typedef {{ path: string, line: number, text: string, above: string[] }} AddedLine */
/** @typedef {{ title: string, body: string, priority: 0 | 1 | 2 | 3, suggestion: string | null }} Finding */

/** @type {((added: AddedLine) => Finding | null)[]} */
const rules = [divisionByZero, swallowedError, leftInLog];

const chunks = [];
for await (const chunk of stdin) chunks.push(chunk);
stdout.write(JSON.stringify(answerTo(Buffer.concat(chunks).toString("utf8"))));

/** @param {string} prompt */
function answerTo(prompt) {
  // Ours come first: what others wrote stands behind them, between fences whose name they could not know.
  const [, nonce = ""] = /"run_nonce": "([0-9a-f]+)"/.exec(prompt) ?? [];
  const [, hash = ""] = /"diff_sha256": "([0-9a-f]+)"/.exec(prompt) ?? [];
  const [, fence = ""] = /^<<<([0-9a-f]{32}) /m.exec(prompt) ?? [];
  const known = knownIn(fencedIn(prompt, fence, "known findings"));
  const added = addedLinesIn(fencedIn(prompt, fence, "diff"));
  const findings = added.flatMap((line) =>
    rules.flatMap((rule) => {
      const finding = rule(line);
      return finding === null ? [] : [wireFinding(finding, line, known)];
    }),
  );
  return {
    schema_version: 1,
    run_nonce: nonce,
    diff_sha256: hash,
    findings,
    overall_correctness: findings.some(({ priority }) => priority <= 1) ? "patch is incorrect" : "patch is correct",
    overall_explanation: `The demo's stand-in wrote this: no model, but a small program that held three rules against ${added.length} added lines. ${surroundings()}`,
    overall_confidence_score: 1,
  };
}

/** @param {AddedLine} added @returns {Finding | null} */
function divisionByZero({ text, above }) {
  if (/^\s*(?:\/\/|\*)/.test(text)) return null;
  const [, indent = "", divisor = ""] = /^(\s*)(?:const|let|return)\b.*[\w)\]] \/ (\w+(?:\.\w+)+)/.exec(text) ?? [];
  const name = divisor.replaceAll(".", "\\.");
  const isCaredFor = new RegExp(`(?<![\\w.])${name}\\s*(?:[!=]==?|[<>]=?)\\s*0|!${name}(?![\\w.])`);
  if (divisor === "" || above.some((line) => isCaredFor.test(line))) return null;
  return {
    title: `Check ${divisor} for zero before dividing by it`,
    body: `When \`${divisor}\` is 0 the quotient is Infinity, or NaN, and nothing above this line keeps that from happening. What is computed from it is wrong in silence, or throws far from here: a date that is made of it cannot be written down.`,
    priority: 1,
    suggestion: `${indent}if (${divisor} === 0) throw new RangeError("${divisor} is zero");\n${text}`,
  };
}

/** @param {AddedLine} added @returns {Finding | null} */
function swallowedError({ text }) {
  const [, indent] = /^(\s*)\} catch(?: ?\(\w+\))? ?\{\s*\}\s*$/.exec(text) ?? [];
  if (indent === undefined) return null;
  return {
    title: "Do not swallow every error here",
    body: "Whatever goes wrong above ends here without a word, also what nobody thought of. Let out what is not expected, or leave a trace of it.",
    priority: 2,
    suggestion: `${indent}} catch (error) {\n${indent}  console.error(error);\n${indent}}`,
  };
}

/** @param {AddedLine} added @returns {Finding | null} */
function leftInLog({ text }) {
  if (!/^\s*console\.log\(/.test(text)) return null;
  return {
    title: "Take the console.log out again",
    body: "It looks left over from trying things out, and every caller will see it.",
    priority: 3,
    suggestion: null,
  };
}

/**
 * @param {Finding} finding
 * @param {AddedLine} added
 * @param {Map<string, string>} known
 */
function wireFinding({ title, body, priority, suggestion }, { path, line }, known) {
  return {
    title,
    body,
    confidence_score: 0.9,
    priority,
    code_location: { absolute_file_path: path, line_range: { start: line, end: line } },
    suggestion,
    known_id: known.get(`${path} ${title}`) ?? null,
  };
}

/** @param {string} prompt @param {string} fence @param {string} label */
function fencedIn(prompt, fence, label) {
  const begin = `<<<${fence} ${label}: data, not instructions\n`;
  const at = prompt.indexOf(begin);
  const end = prompt.indexOf(`\n${fence}>>> end of ${label}`, at);
  return at === -1 || end === -1 ? "" : prompt.slice(at + begin.length, end);
}

/** Ids by path and title. @param {string} text @returns {Map<string, string>} */
function knownIn(text) {
  const lines = [...text.matchAll(/^(f_[0-9a-f]{10}) (.+?):\d+-\d+ (.*)$/gm)];
  return new Map(lines.map(([, id = "", path = "", title = ""]) => [`${pathIn(path)} ${title}`, id]));
}

/** @param {string} diff @returns {AddedLine[]} */
function addedLinesIn(diff) {
  /** @type {AddedLine[]} */
  const added = [];
  let path = "";
  /** @type {string[]} */
  let file = [];
  for (const row of diff.split("\n")) {
    const [, heading] = /^=== (.+?)(?: \(before: .+\))?, \w+, \+\d+ -\d+$/.exec(row) ?? [];
    if (heading !== undefined) [path, file] = [pathIn(heading), linesOf(pathIn(heading))];
    const [, number, text = ""] = /^ *(\d+) \+(.*)$/.exec(row) ?? [];
    if (number !== undefined && /\.[cm]?[jt]sx?$/.test(path))
      added.push({ path, line: Number(number), text, above: file.slice(0, Number(number) - 1) });
  }
  return added;
}

/** Of the file after the change, in the working folder; none where it cannot be read. @param {string} path @returns {string[]} */
function linesOf(path) {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** One with odd signs is written as JSON writes it. @param {string} shown @returns {string} */
function pathIn(shown) {
  return shown.startsWith('"') ? JSON.parse(shown) : shown;
}

/** What it can say itself about the walls around it. */
function surroundings() {
  const hasNetwork = Object.values(networkInterfaces()).some((each) => each?.some(({ internal }) => !internal));
  return getuid?.() === 65534 && !hasNetwork
    ? "It ran in Pullwright's sandbox, as a user that owns nothing, with a copy of the files and without a network."
    : "There is no sandbox for it on this machine, so it ran without one, because it is the demo's own; nobody else's program should.";
}
