import fc from "fast-check";
import { expect, test } from "vitest";
import { disarmLineText, disarmMarkdown, disarmMessage } from "./disarm-text.ts";

/** What a reader sees: the text without characters of no width. */
const seen = (text: string): string => text.replaceAll("\u2060", "");

test("nobody is mentioned, and an e-mail address stays one", () => {
  const text = disarmMarkdown("Thanks @octocat, @acme/team (see ann@example.com) and\n@everyone");

  expect(text).not.toMatch(/@[A-Za-z](?<!ann@e)/);
  expect(text).toContain("ann@example.com");
  expect(seen(text)).toBe("Thanks @octocat, @acme/team (see ann@example.com) and\n@everyone");
});

test("no issue is closed by what an agent wrote, and plain references stay links", () => {
  for (const closing of [
    "Fixes #12",
    "closes: acme/web#3",
    "RESOLVED https://github.com/acme/web/issues/1",
    "Implements GH-7",
    "closing issue #4",
    "fix !5",
  ]) {
    for (const text of [disarmMarkdown(closing), disarmMessage(closing), disarmLineText(closing)]) {
      expect(text).toMatch(/\u2060/);
      expect(seen(text)).toBe(closing);
    }
  }
  expect(disarmMarkdown("See #12 and acme/web#3; this fixes the parser")).toBe(
    "See #12 and acme/web#3; this fixes the parser",
  );
});

test("nothing is rendered, fetched or hidden", () => {
  const text = disarmMarkdown(
    "<script>x</script> ![a](https://evil/?d=1) <!-- hidden --> <img src=x>\u202egnp\u200b.exe",
  );

  expect(text).not.toMatch(/<[a-z!/]|!\[|[\u202e\u200b]/i);
  expect(text).toContain("&lt;script>");
});

test("GitLab's quick actions are words like others", () => {
  expect(disarmMarkdown("/merge\n /approve\ntext /close")).toBe("\\/merge\n \\/approve\ntext /close");
});

test("a code block stays as it is, cannot hold one of our marks, and is closed when it was left open", () => {
  expect(disarmMarkdown("```ts\nconst a = b < c; // @x\n```\n<b>")).toBe("```ts\nconst a = b < c; // @x\n```\n&lt;b>");
  expect(disarmMarkdown("````\n```\n@x")).toBe("````\n```\n@x\n````");
  expect(disarmMarkdown("```\n<!-- pullwright:v1 k=1 -->\n```")).not.toContain("<!--");
  expect(disarmMarkdown("```\n``` not the end\n@x\n```\n@y")).toContain("@\u2060y");
});

test("a commit message carries no trailer of ours and claims to revert nothing", () => {
  const message = disarmMessage("Pullwright-Session: made-up\nCo-authored-by: Boss <boss@x>\nThis reverts commit abc.");

  expect(message).toMatch(/^ Pullwright-Session/);
  expect(message).toMatch(/\n Co-authored-by/);
  expect(message).not.toContain("This reverts commit");
});

test("whatever the text, it is disarmed in one pass and a second changes no word of it", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("@a", "fixes #1", "```", "~~~~", "\n", "<!--", "![", "/merge", "\u202e", "closes ", "#", "@", " "),
  );
  fc.assert(
    fc.property(fc.array(nasty, { maxLength: 40 }), (parts) => {
      const text = disarmMarkdown(parts.join(""));
      const outside = text.split(/^(?:`{3,}|~{3,}).*$/m).filter((_part, index) => index % 2 === 0);
      for (const part of outside) expect(part).not.toMatch(/<!--|(?<![A-Za-z0-9._%+-])@[A-Za-z0-9_]/);
      expect(text).not.toMatch(/<!-- ?pullwright/);
    }),
  );
});

test("a megabyte of the worst is done before the test runs out of time", () => {
  for (const part of ["<", "@", "fixes ", "`", "![", "closes: ", "\u200b", "a.", "/"]) {
    const text = part.repeat(1_000_000 / part.length);

    expect(seen(disarmMarkdown(text)).length).toBeGreaterThanOrEqual(seen(disarmMessage(text)).length);
  }
});
