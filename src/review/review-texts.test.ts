import fc from "fast-check";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { describe, expect, test } from "vitest";
import { injectionPayloads } from "../../test/review/injection-payloads.ts";
import type { Finding, ReviewResult } from "../domain/review.ts";
import { createRedact } from "../redact/redact.ts";
import { checkText } from "./check-text.ts";
import { deceptiveLines } from "./deceptive-lines.ts";
import { gateResult } from "./gate/gate-result.ts";
import { createOutputGate } from "./gate/output-gate.ts";
import { inlineText } from "./inline-text.ts";
import { summaryCharactersMax, type SummaryFacts, summaryText } from "./summary-text.ts";
import { addedFile, changeOf } from "../../test/review/sample-change.ts";

const secret = "glpat-0aB1cD2eF3gH4iJ5kL6m";
const repositoryUrl = "https://github.com/acme/web";
const gate = createOutputGate({ secrets: [secret], redact: createRedact([secret]), repositoryUrl });
const headSha = "0123456789abcdef0123456789abcdef01234567";

function finding(rest: Partial<Finding> = {}): Finding {
  return {
    id: "f_0123456789",
    title: "Guard against an empty list",
    body: "It throws when `list` is empty.",
    priority: 1,
    confidence: 0.9,
    path: "src/a b(c).ts",
    startLine: 3,
    endLine: 5,
    suggestion: null,
    codeSha256: "0".repeat(64),
    ...rest,
  };
}

function result(rest: Partial<ReviewResult> = {}): ReviewResult {
  return {
    verdict: "findings",
    because: "1 finding of P0 or P1.",
    headSha,
    baseSha: headSha,
    diffSha256: "d".repeat(64),
    explanation: "One thing goes wrong.",
    findings: [finding()],
    coverage: { hunksTotal: 4, hunksRead: 4, filesTotal: 2, filesSkipped: [], partsSent: 1, partsAnswered: 1 },
    usage: { model: "gpt-5", inputTokens: 12_345, cachedInputTokens: 1000, outputTokens: 678, costUsd: 0.1234 },
    agent: "codex",
    startedAt: "2026-01-02T03:04:05.000Z",
    endedAt: "2026-01-02T03:04:46.500Z",
    ...rest,
  };
}

function facts(rest: Partial<SummaryFacts> = {}): SummaryFacts {
  return {
    result: result(),
    number: 7,
    place: { forge: "github", repositoryUrl },
    threads: new Map(),
    resolved: [],
    unread: [],
    deceptive: [],
    round: 3,
    roundsMax: 20,
    dashboardUrl: "https://pullwright.example.org/reviews/1",
    ...rest,
  };
}

function nodesOf(text: string): Nodes[] {
  const walk = (node: Nodes): Nodes[] => [node, ...("children" in node ? node.children.flatMap(walk) : [])];
  return walk(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
}

describe("the summary", () => {
  test("says what was found, what was read, who read it, for how long, for how much, and how to stop it", () => {
    expect(summaryText(facts())).toBe(
      [
        "## Pullwright automated review of #7",
        "",
        "**Findings.** 1 finding of P0 or P1.",
        "",
        "One thing goes wrong.",
        "",
        "### Findings",
        "",
        `- **P1** Guard against an empty list [\`src/a b(c).ts:3-5\`](${repositoryUrl}/blob/${headSha}/src/a%20b%28c%29.ts#L3-L5) \`f_0123456789\``,
        "",
        "  It throws when `list` is empty.",
        "",
        "",
        "### What was read",
        "",
        "All of 2 files and 4 hunks.",
        "",
        "---",
        `Commit ${headSha}, round 3 of 20. codex, \`gpt-5\`; 41.5 s; 12,345 tokens in (1,000 cached), 678 out, $0.12. [Details](https://pullwright.example.org/reviews/1).`,
        "",
        "A machine wrote this. It never approves and never merges. To have a finding never said again, resolve its comment, or run `pullwright findings dismiss <review> <finding>`.",
      ].join("\n"),
    );
  });

  test("is never silent about what it does not know or did not read", () => {
    const text = summaryText(
      facts({
        result: result({
          verdict: "inconclusive",
          because: "It timed out.",
          coverage: {
            hunksTotal: 4,
            hunksRead: 1,
            filesTotal: 2,
            filesSkipped: [{ path: "x`.png", reason: "it is binary" }],
            partsSent: 3,
            partsAnswered: 1,
          },
          usage: { model: null, inputTokens: null, cachedInputTokens: null, outputTokens: null, costUsd: null },
        }),
        unread: [{ id: "f_1111111111", title: "Old" }],
        resolved: [{ id: "f_2222222222", title: "Mended" }],
        deceptive: deceptiveLines(changeOf([addedFile("a.ts", ["ok", "a\u202eb", "сopy of a copу", "caf\u00e9"])])),
      }),
    );

    expect(text).toContain("**INCONCLUSIVE.** It timed out.");
    expect(text).toContain(
      "1 of 4 hunks, in 1 of 3 parts. Not read, or not wholly, 1 file of 2:\n\n- ``x`.png``: it is binary",
    );
    expect(text).toContain("tokens in not known, tokens out not known, cost not known");
    expect(text).toContain("not looked at on this one:\n\n- `f_1111111111` Old");
    expect(text).toContain("gone now:\n\n- `f_2222222222` Mended");
    expect(text).toContain(
      "- `a.ts:2`: characters that turn its direction\n- `a.ts:3`: letters of two scripts in one word",
    );
  });

  test("sends who has a comment at his line there, and links as the forge does", () => {
    const threads = new Map([["f_0123456789", `${repositoryUrl}/pull/7#discussion_r1`]]);

    expect(summaryText(facts({ threads }))).toContain("([comment](https://github.com/acme/web/pull/7#discussion_r1))");
    expect(summaryText(facts({ threads }))).not.toContain("It throws");
    const gitlab = summaryText(facts({ place: { forge: "gitlab", repositoryUrl: "https://gitlab.com/acme/web" } }));
    expect(gitlab).toContain(`https://gitlab.com/acme/web/-/blob/${headSha}/src/a%20b%28c%29.ts#L3-5`);
    expect(gitlab).toContain("review of !7");
  });

  test("links nowhere for a place outside the repository", () => {
    for (const path of ["../../evil/x", "/etc/passwd", "a//b", "src/./a"])
      expect(summaryText(facts({ result: result({ findings: [finding({ path })] }) }))).not.toContain("/blob/");
  });

  test("C11-17: of a thousand findings with long texts it keeps the gravest, counts the rest, and stays within what a forge takes", () => {
    const findings = Array.from({ length: 1000 }, (_, at) =>
      finding({
        id: `f_${String(at).padStart(10, "0")}`,
        priority: (at % 4) as Finding["priority"],
        title: `Thing ${at}`,
        body: `\`\`\`\n${"x".repeat(3000)}\n\`\`\``,
      }),
    );
    const skipped = Array.from({ length: 5000 }, (_, at) => ({ path: `vendor/${at}.js`, reason: "it is vendored" }));
    const text = summaryText(
      facts({ result: result({ findings, coverage: { ...result().coverage, filesSkipped: skipped } }) }),
    );

    expect(text.length).toBeLessThanOrEqual(summaryCharactersMax);
    expect(text).toContain("Thing 0 ");
    expect(text).not.toContain("Thing 999 ");
    expect(text).toMatch(/- and [\d,]+ findings more/);
    expect(text).toContain("- and 4960 more");
    expect(
      nodesOf(text).some((node) => node.type === "paragraph" && JSON.stringify(node).includes("A machine wrote this")),
    ).toBe(true);
  });
});

describe("through the gate", () => {
  test.each(Object.keys(injectionPayloads))("no word of an agent goes out that holds a secret: %s", (name) => {
    const text = injectionPayloads[name]?.(secret) ?? "";
    for (const each of [
      result({ explanation: text }),
      result({ because: text }),
      result({ findings: [finding({ title: text })] }),
      result({ findings: [finding(), finding({ body: text })] }),
      result({ findings: [finding({ suggestion: text })] }),
      result({ findings: [finding({ path: text })] }),
      result({ coverage: { ...result().coverage, filesSkipped: [{ path: "a", reason: text }] } }),
    ]) {
      const gated = gateResult(each, gate);

      expect(gated.kind).toBe("blocked");
      expect(gated.result).toMatchObject({ verdict: "inconclusive", findings: [], explanation: "" });
    }
  });

  test("what is harmless comes out as it was, also a second time, and a proposal only when nothing had to be changed in it", () => {
    const clean = result({ findings: [finding({ suggestion: "const a = 1;" })] });
    const first = gateResult(clean, gate);

    expect(first).toEqual({ kind: "passed", result: clean });
    expect(gateResult(first.result, gate)).toEqual(first);
    expect(
      gateResult(result({ findings: [finding({ suggestion: "a\u202eb" })] }), gate).result.findings[0]?.suggestion,
    ).toBeNull();
  });

  test("whatever an agent writes, the comment mentions nobody, holds no HTML and no foreign link, and its end is ours", () => {
    const words = fc
      .array(
        fc.oneof(
          fc.string(),
          fc.constantFrom("\u202e", "\u200b", "\ud800", "\u{e0041}", "\u0301", "\u0000", "\u{1f600}"),
          fc.constantFrom(
            "@all ",
            "fixes #1 ",
            "```",
            "\n",
            "\n\n",
            "<img src=x>",
            "![a](https://e.x)",
            "[a](https://e.x)",
            "- ",
            "> ",
            "| ",
            "<!-- ",
            "~~~",
            "/merge",
            "# ",
          ),
        ),
        { maxLength: 15 },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(words, words, words, (title, body, explanation) => {
        const gated = gateResult(
          result({
            explanation,
            because: title,
            findings: [finding({ title, body, priority: 0 }), finding({ title: body })],
          }),
          gate,
        );
        const text = summaryText(facts({ result: gated.result }));
        const nodes = nodesOf(text);

        expect(nodes.filter(({ type }) => ["html", "image", "imageReference", "definition"].includes(type))).toEqual(
          [],
        );
        const links = nodes.flatMap((node) => (node.type === "link" ? [node.url] : []));
        expect(
          links.filter((url) => !/^https:\/\/(?:github\.com\/acme\/web\/blob\/|pullwright\.example\.org\/)/.test(url)),
        ).toEqual([]);
        const spoken = nodes.flatMap((node) => (node.type === "text" ? [node.value] : []));
        expect(spoken.filter((value) => /@(?!\u2060)/.test(value))).toEqual([]);
        const last = fromMarkdown(text).children.at(-1);
        expect(JSON.stringify(last)).toContain("A machine wrote this");
      }),
      { numRuns: 40 },
    );
  });
});

describe("a comment at a line", () => {
  const placed = {
    finding: finding(),
    place: { path: "src/a.ts", oldPath: null, startLine: 3, endLine: 5, oldEndLine: null },
    suggestion: "a\n```\nb",
  };

  test("proposes what can be applied with a click, in the forge's own form, and no line of it ends it", () => {
    expect(inlineText(placed, { forge: "github" })).toBe(
      "**P1** Guard against an empty list\n\nIt throws when `list` is empty.\n\n````suggestion\na\n```\nb\n````\n\n_A machine wrote this. To have it never said again, resolve this comment._",
    );
    expect(inlineText(placed, { forge: "gitlab" })).toContain("````suggestion:-2+0\n");
    expect(inlineText({ ...placed, suggestion: null }, { forge: "github" })).not.toContain("suggestion");
  });
});

describe("the check", () => {
  test.each([
    ["pass", false, "success", "Nothing of P0 or P1, 1 smaller finding"],
    ["pass", true, "success", "Nothing of P0 or P1, 1 smaller finding"],
    ["findings", false, "neutral", "1 finding of P0 or P1, 1 in all"],
    ["findings", true, "failure", "1 finding of P0 or P1, 1 in all"],
    ["inconclusive", false, "neutral", "INCONCLUSIVE: 4 of 4 hunks read, 1 finding"],
    ["inconclusive", true, "failure", "INCONCLUSIVE: 4 of 4 hunks read, 1 finding"],
    ["no-verdict", true, "neutral", "No verdict: a program's words"],
  ] as const)("%s, gating %s: %s", (verdict, isGating, state, title) => {
    const priority = verdict === "pass" ? 2 : 1;
    const text = checkText(result({ verdict, findings: [finding({ priority })] }), { isGating });

    expect(text).toMatchObject({ state, title });
    expect(text.summary).toContain("never approves");
    expect(text.summary.includes("INCONCLUSIVE")).toBe(verdict === "inconclusive");
  });
});
