import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addedFile, changeOf } from "../../test/review/sample-change.ts";
import type { Change } from "../domain/change.ts";
import type { KnownFinding } from "../domain/review.ts";
import { matchFindings, type MatchQuestion } from "./match-findings.ts";
import type { ReportedFinding } from "./read-answer.ts";
import { rememberFindings } from "./remember-findings.ts";

const allRead = { isComplete: true, isFileRead: () => true };

function reported(rest: Partial<ReportedFinding> = {}): ReportedFinding {
  return {
    title: "Guard against an empty list",
    body: "It throws.",
    priority: 1,
    confidence: 0.9,
    path: "a.ts",
    isInChange: true,
    startLine: 2,
    endLine: 2,
    suggestion: null,
    knownId: null,
    ...rest,
  };
}

const oneFile = (...lines: string[]): Change => changeOf([addedFile("a.ts", lines)]);
const before = oneFile("const list = load();", "const first = list[0].name;", "show(first);");

function match(rest: Partial<MatchQuestion>): ReturnType<typeof matchFindings> {
  return matchFindings({
    pullRequestKey: "acme/web#7",
    change: before,
    reported: [],
    known: [],
    renames: [],
    read: allRead,
    ...rest,
  });
}

/** What is remembered after a first push on which these were found. */
function knownAfter(
  findings: ReportedFinding[],
  state: KnownFinding["state"] = "open",
  change = before,
): KnownFinding[] {
  return rememberFindings([], match({ change, reported: findings }), "1".repeat(40)).map((each) => ({
    ...each,
    state,
    threadId: `t-${each.id}`,
  }));
}

const idsOf = (matched: ReturnType<typeof matchFindings>): string[] => matched.found.map(({ finding }) => finding.id);

describe("a finding is the one that it was", () => {
  const known = knownAfter([reported()]);
  const [id = ""] = known.map((each) => each.id);

  test.each<[string, Change, Partial<ReportedFinding>, MatchQuestion["renames"]]>([
    ["in other words, at the same code", before, { title: "Possible crash" }, []],
    [
      "further down",
      oneFile("a", "b", "c", "const first = list[0].name;"),
      { title: "Crash", startLine: 4, endLine: 4 },
      [],
    ],
    [
      "at changed code near by, in like words",
      oneFile("const list = load();", "const first = list.at(0).name;"),
      { title: "Guard the empty list" },
      [],
    ],
    [
      "far away, in the same words",
      oneFile(...Array.from({ length: 99 }, (_, at) => `line ${at} of it`)),
      { startLine: 90, endLine: 91 },
      [],
    ],
    [
      "when the reviewer names it",
      oneFile("const other = 1;"),
      { title: "Else", startLine: 1, endLine: 1, knownId: id },
      [],
    ],
    [
      "in a renamed file",
      changeOf([addedFile("b.ts", ["x", "const first = pick(list);"])]),
      { path: "b.ts" },
      [{ from: "a.ts", to: "b.ts" }],
    ],
    [
      "in a file that nobody said was renamed",
      changeOf([addedFile("b.ts", ["const first = list[0].name;"])]),
      { path: "b.ts", title: "Crash", startLine: 1, endLine: 1 },
      [],
    ],
    [
      "moved to another file in like words",
      changeOf([addedFile("a.ts", ["x"]), addedFile("b.ts", ["  const first = list[0].name;"])]),
      { path: "b.ts", startLine: 1, endLine: 1 },
      [],
    ],
    [
      "moved to another file in other words",
      changeOf([addedFile("a.ts", ["x", "y"]), addedFile("b.ts", ["  const first = list[0].name;"])]),
      { path: "b.ts", title: "Crash", startLine: 1, endLine: 1 },
      [],
    ],
  ])("%s", (_name, change, rest, renames) => {
    const matched = match({ change, known, renames, reported: [reported(rest)] });

    expect(idsOf(matched)).toEqual([id]);
    expect(matched).toMatchObject({ resolved: [], unread: [], found: [{ known: { threadId: `t-${id}` } }] });
  });

  test("but not where its code is copied, and called something else there", () => {
    const code = "const first = list[0].name;";
    const change = changeOf([addedFile("a.ts", ["x", code]), addedFile("b.ts", [code])]);
    const copied = reported({ path: "b.ts", title: "Crash", startLine: 1, endLine: 1 });

    expect(idsOf(match({ change, known, renames: [], reported: [copied] }))).not.toContain(id);
  });

  test("and another one is another, also with a made-up name", () => {
    const other = reported({ title: "Close the file", startLine: 3, endLine: 3, knownId: "f_ffffffffff" });
    const matched = match({ known, reported: [reported(), other] });

    expect(idsOf(matched)).toHaveLength(2);
    expect(new Set(idsOf(matched)).size).toBe(2);
    expect(idsOf(matched)).toContain(id);
    expect(idsOf(matched)).not.toContain("f_ffffffffff");
  });

  test("two things at the same lines stay two, and one thing said twice is one", () => {
    const second = reported({ title: "Escape the name before it is shown", priority: 2 });
    const two = knownAfter([reported(), second]);

    expect(two).toHaveLength(2);
    expect(new Set(idsOf(match({ known: two, reported: [second, reported()] })))).toEqual(
      new Set(two.map((each) => each.id)),
    );
    expect(
      idsOf(match({ reported: [reported(), reported({ title: "Guard against empty lists", priority: 0 })] })),
    ).toHaveLength(1);
  });

  test("found again after it was resolved, it keeps its id and its thread", () => {
    const matched = match({ known: knownAfter([reported()], "resolved"), reported: [reported()] });

    expect(idsOf(matched)).toEqual([id]);
    expect(rememberFindings(knownAfter([reported()], "resolved"), matched, "2".repeat(40))).toMatchObject([
      { id, state: "open", threadId: `t-${id}` },
    ]);
  });
});

describe("gone is only what was looked at", () => {
  const known = knownAfter([reported()]);

  test("not found where its file was read: resolved", () => {
    expect(match({ known }).resolved).toHaveLength(1);
  });

  test("not found where its file was not read: it stays", () => {
    const matched = match({ known, read: { isComplete: false, isFileRead: () => false } });

    expect(matched).toMatchObject({ resolved: [], unread: [{ id: known[0]?.id }] });
    expect(rememberFindings(known, matched, "2".repeat(40))).toEqual(known);
  });

  test("its file is no longer in a change that was read: resolved; in one that was not, it stays", () => {
    const other = changeOf([addedFile("z.ts", ["z"])]);

    expect(match({ known, change: other }).resolved).toHaveLength(1);
    expect(match({ known, change: other, read: { isComplete: false, isFileRead: () => true } }).unread).toHaveLength(1);
    expect(
      match({ known, change: changeOf([]), read: { isComplete: false, isFileRead: () => false } }).resolved,
    ).toHaveLength(1);
  });
});

describe("what was dismissed stays away", () => {
  const known = knownAfter([reported({ priority: 2 })], "dismissed");

  test.each([
    { title: "Something else altogether" },
    { title: "Guard against an empty list", startLine: 3, endLine: 3 },
    { title: "Guard against empty lists", priority: 1 as const },
    { title: "Rephrased", knownId: known[0]?.id ?? "" },
  ])("%j", (rest) => {
    const matched = match({
      known,
      reported: [reported({ priority: 2, ...rest }), reported({ priority: 2, ...rest, body: "Again." })],
    });

    expect(matched).toMatchObject({ found: [], dismissed: [{ id: known[0]?.id }] });
  });

  test("but a grave finding in other words does not hide behind a small one that was waved away at the same lines", () => {
    expect(
      match({ known, reported: [reported({ title: "Token is written into the log", priority: 0 })] }).found,
    ).toHaveLength(1);
  });
});

test("ids are the same on every machine, other in every pull request, and never meet", () => {
  const many = Array.from({ length: 200 }, (_, at) =>
    reported({ title: `Thing ${at} is wrong because of number ${at * 7}`, startLine: 1 + (at % 3) }),
  );
  const ids = idsOf(match({ reported: many }));

  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^f_[0-9a-f]{10}$/.test(id))).toBe(true);
  expect(idsOf(match({ reported: many }))).toEqual(ids);
  expect(idsOf(match({ reported: [reported()], pullRequestKey: "acme/web#8" }))).not.toEqual(
    idsOf(match({ reported: [reported()] })),
  );
});

describe("twelve pushes, with renamed files, moved and changed code, and other words each time", () => {
  /** A fault in the code: known to the test by its number, to the reviewer by its line. */
  type Fault = { number: number; path: string; line: number; isFixed: boolean };
  type Step = {
    what: "rename" | "move" | "shift" | "fix" | "dismiss" | "change-code" | "lose-answer" | "nothing";
    which: number;
  };

  const words = ["null", "lock", "timeout", "escape", "overflow", "leak", "order", "quota"];
  const titles = (number: number, turn: number): string => {
    const word = words[number % words.length] ?? "";
    return (
      [
        `Handle ${word} of value${number}`,
        `value${number}: the ${word} is not handled`,
        `Missing handling for ${word} in value${number}`,
      ][turn % 3] ?? ""
    );
  };
  const step = fc.record<Step>({
    what: fc.constantFrom("rename", "move", "shift", "fix", "dismiss", "change-code", "lose-answer", "nothing"),
    which: fc.nat(20),
  });

  test("no fault ever has two ids, what is fixed is resolved, what is dismissed stays away", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(step, { minLength: 12, maxLength: 12 }),
        fc.infiniteStream(fc.nat(5)),
        (count, steps, turns) => {
          const files = new Map<string, string[]>([
            ["a.ts", []],
            ["b.ts", []],
            ["c.ts", []],
          ]);
          const faults: Fault[] = Array.from({ length: count }, (_, number) => ({
            number,
            path: ["a.ts", "b.ts", "c.ts"][number % 3] ?? "a.ts",
            line: 0,
            isFixed: false,
          }));
          for (const { number, path } of faults)
            files.get(path)?.push(`prepare(${number});`, `const value${number} = source${number}.read();`, "}");
          let known: KnownFinding[] = [];
          const idOf = new Map<number, string>();
          let names = 0;

          for (const [push, { what, which }] of [{ what: "nothing", which: 0 } as Step, ...steps].entries()) {
            const renames: MatchQuestion["renames"] = [];
            const paths = [...files.keys()].filter((path) => (files.get(path)?.length ?? 0) > 0);
            const path = paths[which % Math.max(1, paths.length)] ?? "a.ts";
            const fault = faults[which % count];
            if (fault === undefined) throw new Error("There is no fault.");
            const lineOf = (each: Fault): number =>
              files.get(each.path)?.findIndex((line) => line.includes(`const value${each.number} =`)) ?? -1;

            if (what === "rename") {
              const to = `renamed-${(names += 1)}.ts`;
              files.set(to, files.get(path) ?? []);
              files.delete(path);
              for (const each of faults) if (each.path === path) each.path = to;
              // Git does not always see it.
              if (which % 2 === 0) renames.push({ from: path, to });
            } else if (what === "move" && !fault.isFixed && path !== fault.path) {
              const [line = ""] = files.get(fault.path)?.splice(lineOf(fault), 1) ?? [];
              files.get(path)?.splice(which % ((files.get(path)?.length ?? 0) + 1), 0, `    ${line.trim()}`);
              fault.path = path;
            } else if (what === "shift") {
              files.get(path)?.unshift(...Array.from({ length: which * 3 }, (_, at) => `// note ${push}-${at}`));
            } else if (what === "fix" && !fault.isFixed) {
              files
                .get(fault.path)
                ?.splice(lineOf(fault), 1, `const safe${fault.number} = source${fault.number}.readSafely();`);
              fault.isFixed = true;
            } else if (what === "change-code" && !fault.isFixed) {
              files
                .get(fault.path)
                ?.splice(lineOf(fault), 1, `const value${fault.number} = source${fault.number}.read(${push});`);
            } else if (what === "dismiss") {
              known = known.map((each) =>
                each.id === idOf.get(fault.number) ? { ...each, state: "dismissed" } : each,
              );
            }

            const change = changeOf([...files].map(([name, lines]) => addedFile(name, lines)));
            const lost = what === "lose-answer" ? path : null;
            const found = faults.filter((each) => !each.isFixed && each.path !== lost);
            const isNamed = (turns.next().value ?? 0) === 0;
            const reports = found.map((each) =>
              reported({
                // Changed code is known by its words alone, so a reviewer who changes those too would make another finding of it.
                title: titles(each.number, what === "change-code" ? 0 : (turns.next().value ?? 0)),
                path: each.path,
                startLine: lineOf(each) + 1,
                endLine: lineOf(each) + 1,
                priority: 2,
                knownId: isNamed ? (idOf.get(each.number) ?? null) : null,
              }),
            );
            const read = { isComplete: lost === null, isFileRead: (name: string) => name !== lost };
            const matched = matchFindings({
              pullRequestKey: "acme/web#7",
              change,
              reported: reports,
              known,
              renames,
              read,
            });
            const wasDismissed = new Set(known.filter(({ state }) => state === "dismissed").map(({ id }) => id));
            known = rememberFindings(known, matched, change.headSha);

            expect(rememberFindings(known, matched, change.headSha)).toEqual(known);
            expect(matched.found.filter(({ finding }) => wasDismissed.has(finding.id))).toEqual([]);
            for (const { finding } of matched.found) {
              const number = Number(/value(\d+)/.exec(finding.title)?.[1]);
              expect(finding.id).toBe(idOf.get(number) ?? finding.id);
              idOf.set(number, finding.id);
            }
            expect(known).toHaveLength(idOf.size);
            expect(new Set(idOf.values()).size).toBe(idOf.size);
            const wrong = faults.filter((each) => {
              const state = known.find(({ id }) => id === idOf.get(each.number))?.state;
              return each.isFixed ? state === "open" && lost === null : state === "resolved";
            });
            expect(wrong).toEqual([]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
