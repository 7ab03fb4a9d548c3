import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRepositoryRef, publicForgeHosts, remoteUrlOf } from "./parse-repository-ref.ts";
import { PullwrightError } from "./error.ts";
import { repositoryKeyOf } from "./repository-ref.ts";

const hosts = new Map([
  ...publicForgeHosts,
  ["gl.example", "gitlab"],
  ["ghe.example:8443", "github"],
  ["127.0.0.1:4001", "github"],
] as const);
const parse = (text: string) => parseRepositoryRef(text, { hosts, defaultHost: "github.com" });

describe("every usual way to write a repository is understood", () => {
  test.each([
    ["https://github.com/o/r", "github:github.com/o/r https"],
    ["https://github.com/o/r.git", "github:github.com/o/r https"],
    ["https://github.com/o/r/", "github:github.com/o/r https"],
    ["https://github.com/o/r.git/", "github:github.com/o/r https"],
    ["HTTPS://GitHub.com/O/R.git", "github:github.com/O/R https"],
    ["https://github.com:443/o/r", "github:github.com/o/r https"],
    ["https://www.github.com/o/r", "github:github.com/o/r https"],
    ["github.com/o/r", "github:github.com/o/r https"],
    ["o/r", "github:github.com/o/r https"],
    ["owner/owner.github.io", "github:github.com/owner/owner.github.io https"],
    ["o/.github", "github:github.com/o/.github https"],
    ["http://github.com/o/r", "github:github.com/o/r http"],
    ["http://github.com:80/o/r", "github:github.com/o/r http"],
    ["http://127.0.0.1:4001/o/r", "github:127.0.0.1:4001/o/r http"],
    ["127.0.0.1:4001/o/r", "github:127.0.0.1:4001/o/r https"],
    ["git@github.com:o/r.git", "github:github.com/o/r ssh"],
    ["ssh://git@github.com/o/r.git", "github:github.com/o/r ssh"],
    ["ssh://git@ssh.github.com:443/o/r.git", "github:github.com/o/r ssh"],
    ["ssh://git@ghe.example:2222/o/r", "github:ghe.example:8443/o/r ssh"],
    ["https://ghe.example:8443/o/r", "github:ghe.example:8443/o/r https"],
    ["https://gl.example/g/sub/sub2/r", "gitlab:gl.example/g/sub/sub2/r https"],
    ["gitlab.com/my.group/sub_group/project-1", "gitlab:gitlab.com/my.group/sub_group/project-1 https"],
    ["git@gl.example:g/sub/r.git", "gitlab:gl.example/g/sub/r ssh"],
  ])("%s", (text, expected) => {
    const { forge, host, slug, transport } = parse(text);

    expect(`${forge}:${host}/${slug} ${transport}`).toBe(expected);
  });
});

describe("what names no repository is refused", () => {
  test.each([
    "",
    "r",
    "/o/r",
    "o/r\n",
    " o/r",
    "o /r",
    "https://github.com\\@evil.com/o/r",
    "https:\\\\github.com\\o\\r",
    "https:github.com/o/r",
    "https:/github.com/o/r",
    "https:///github.com/o/r",
    "//github.com/o/r",
    "https://github.com//o/r",
    "https://github.com/o//r",
    "https://github.com/o/%2e%2e/r",
    "https://github.com/o/../x/r",
    "https://github.com/./o/r",
    "https://github.com/o%2fr/x",
    "https://github.com/o/r%00",
    "https://github.com/o/r\u0000",
    "https://github.com/o/r?x=1",
    "https://github.com/o/r#readme",
    "https://github.com/o/r/pull/7",
    "https://github.com/o/r/tree/main",
    "https://github.com/o",
    "github.com/o",
    "https://github.com/-o/r",
    "https://github.com/o/-r",
    "o/.git",
    "o/..",
    "./r",
    "o/r.git.git",
    "https://github.com/o/.git",
    "https://github.com./o/r",
    "https://github.com:0/o/r",
    "https://github.com:99999/o/r",
    "https://github.com:8443/o/r",
    "https://ghe.example/o/r",
    "https://evil.example/o/r",
    "https://github.com.evil.example/o/r",
    "https://githuб.com/o/r",
    "https://github.com/o/r\u202e",
    "ext::sh -c id",
    "--upload-pack=id",
    "-o/r",
    "file:///etc/passwd",
    "git://github.com/o/r",
    "javascript:alert(1)//github.com/o/r",
    "ssh://-oProxyCommand=id/o/r",
    "ssh://other@github.com/o/r",
    "git@-oProxyCommand=id:o/r",
    "git@github.com:/o/r",
    "git@github.com:../r",
    "someone@github.com:o/r",
    "https://gl.example/g/-/merge_requests",
    "https://gl.example/r",
  ])("%s", (text) => {
    expect(() => parse(text)).toThrow(PullwrightError);
  });

  test("a name that is too long, and a path that is too deep", () => {
    expect(() => parse(`o/${"r".repeat(101)}`)).toThrow("none that GitHub gives");
    expect(() => parse(`https://github.com/o/${"r".repeat(5000)}`)).toThrow("longer than");
    expect(() => parse(`https://gl.example/${"g/".repeat(22)}r`)).toThrow("more subgroups");
  });

  test.each([
    "https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/o/r",
    "https://x-access-token:hunter2hunter2@github.com/o/r.git",
    "https://oauth2:hunter2hunter2@gl.example/g/r",
    "ssh://git:hunter2hunter2@github.com/o/r",
  ])("a token in it is not repeated: %s", (text) => {
    const refused = (() => {
      try {
        return parse(text);
      } catch (error) {
        return error as PullwrightError;
      }
    })();

    expect(refused).toMatchObject({ code: "REPOSITORY_URL_INVALID" });
    expect(JSON.stringify(refused) + (refused as PullwrightError).message).not.toMatch(/hunter2|ghp_/);
    expect((refused as PullwrightError).message).toContain("without it");
  });

  test("a short name, when nobody said for which host", () => {
    expect(() => parseRepositoryRef("o/r", { hosts })).toThrow("names no host");
  });
});

/** Null where it is refused by its own code; any other error is thrown on. */
function parseOrRefuse(text: string) {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof PullwrightError && error.code === "REPOSITORY_URL_INVALID") return null;
    throw error;
  }
}

describe("whatever is written", () => {
  const slugs = fc.tuple(fc.stringMatching(/^[a-z0-9]{1,10}$/), fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,10}$/));

  test("all forms of one repository have one key", () => {
    fc.assert(
      fc.property(slugs, fc.boolean(), ([owner, name], isLoud) => {
        const slug = `${owner}/${isLoud ? name.toUpperCase() : name}`;
        const forms = [
          `https://github.com/${slug}`,
          `HTTPS://GITHUB.COM/${slug}.git`,
          `http://github.com/${slug}/`,
          `github.com/${slug}`,
          slug,
          `git@github.com:${slug}.git`,
          `ssh://git@github.com:22/${slug}`,
        ];

        const keys = new Set(forms.map((form) => repositoryKeyOf(parse(form))));

        expect([...keys]).toEqual([`github:github.com/${owner}/${name}`]);
      }),
    );
  });

  test("what is accepted is a known host and a path without places, and leads back to itself", () => {
    const pieces = fc.constantFrom(
      "https://",
      "ssh://",
      "git@",
      "github.com",
      "gl.example",
      "/",
      ":",
      "o",
      "r",
      ".git",
      "..",
      ".",
      "@",
      "\\",
      "%2e",
      "-",
      "//",
      "?",
      "#",
      "443",
      " ",
      "evil.com",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const ref = parseOrRefuse(text);
          if (ref === null) return;

          expect(hosts.get(ref.host as "github.com")).toBe(ref.forge);
          expect(ref.slug).toMatch(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/);
          expect(ref.slug.split("/")).not.toContain("..");
          expect(parse(remoteUrlOf(ref))).toMatchObject({ forge: ref.forge, host: ref.host, slug: ref.slug });
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test("git reaches a repository over https, unless ssh was asked for or it is on this machine", () => {
  expect(remoteUrlOf(parse("o/r"))).toBe("https://github.com/o/r.git");
  expect(remoteUrlOf(parse("http://github.com/o/r"))).toBe("https://github.com/o/r.git");
  expect(remoteUrlOf(parse("http://127.0.0.1:4001/o/r"))).toBe("http://127.0.0.1:4001/o/r.git");
  expect(remoteUrlOf(parse("git@github.com:o/r"))).toBe("ssh://git@github.com/o/r.git");
  expect(remoteUrlOf(parse("ssh://git@ghe.example/o/r"))).toBe("ssh://git@ghe.example/o/r.git");
});
