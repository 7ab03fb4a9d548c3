import { posix } from "node:path";
import { isSource, isTest } from "./import-table.ts";
import { factsOf, type Tree } from "./source-facts.ts";

/** The one place for each module: nobody else in src/ imports it, not even its types. Tests may. */
const owners: { modules: RegExp; named: string; may: string[] }[] = [
  { modules: /^(kysely|pg|sqlite)(\/|$)/, named: "databases", may: ["src/store/"] },
  { modules: /^(fastify|fastify-.*|@fastify\/.*)(\/|$)/, named: "Fastify", may: ["src/http/"] },
  { modules: /^child_process$/, named: "child processes", may: ["src/child/"] },
  {
    modules: /^(react|react-dom|wouter|@tanstack\/.*|@base-ui\/.*)(\/|$)/,
    named: "React and its kin",
    may: ["src/web/"],
  },
  { modules: /^@octokit\//, named: "Octokit", may: ["src/forges/github/"] },
  { modules: /^@gitbeaker\//, named: "Gitbeaker", may: ["src/forges/gitlab/", "src/demo/local-forge/gitlab/"] },
  { modules: /^(commander|@commander-js\/.*)(\/|$)/, named: "commander", may: ["src/cli.ts", "src/cli/"] },
  {
    modules: /^http$/,
    named: "node:http",
    may: ["src/receive/", "src/http/", "src/forges/", "src/agents/", "src/demo/", "src/app.ts"],
  },
];

const forbiddenNames = ["utils", "util", "helpers", "helper", "types", "manager", "common", "misc", "shared"];

/** Put together here, so that this file does not break its own rule. */
const unfinished = new RegExp(
  `\\b(${[
    ["TO", "DO"],
    ["FIX", "ME"],
    ["X", "XX"],
  ]
    .map((parts) => parts.join(""))
    .join("|")})\\b`,
);

export function modulesOutsideTheirOwner(tree: Tree): string[] {
  return productFiles(tree).flatMap(([path, text]) =>
    factsOf(path, text).imports.flatMap(({ specifier }) => {
      const owner = owners.find(({ modules }) => modules.test(specifier.replace(/^node:/, "")));
      if (owner === undefined || isIn(path, owner.may)) return [];
      return [`${path} imports ${specifier}: ${owner.named} belong to ${owner.may.join(", ")}`];
    }),
  );
}

export function readersOfTheEnvironment(tree: Tree): string[] {
  return productFiles(tree)
    .filter(([path, text]) => path !== "src/config.ts" && factsOf(path, text).readsEnvironment)
    .map(([path]) => `${path} reads process.env: only src/config.ts does; take what you need from Config`);
}

export function readersOfTheClock(tree: Tree): string[] {
  return productFiles(tree)
    .filter(([path, text]) => !isIn(path, ["src/domain/clock.ts", "src/web/"]) && factsOf(path, text).readsClock)
    .map(([path]) => `${path} reads the clock: take a clock (src/domain/clock.ts) as a dependency`);
}

export function focusedTests(tree: Tree): string[] {
  return [...tree]
    .filter(([path, text]) => isTest(path) && factsOf(path, text).focusesTests)
    .map(([path]) => `${path} has a test with .only: all the others would not run`);
}

/** Names at the root of the checkout are what tools want them to be; fixtures are named as their source named them. */
export function namesThatAreNotKebabCase(tree: Tree): string[] {
  return ourPaths(tree)
    .filter((path) => !path.includes("/fixtures/"))
    .filter((path) =>
      path
        .split("/")
        .some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(part) && !/^[A-Z]+\.md$/.test(part)),
    )
    .map((path) => `${path}: names are kebab-case`);
}

export function namesThatSayNothing(tree: Tree): string[] {
  return ourPaths(tree)
    .filter((path) => path.split("/").some((part) => forbiddenNames.includes(part.split(".")[0] ?? "")))
    .map((path) => `${path}: this name says nothing; call the file what it is about`);
}

export function unfinishedPlaces(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) => {
    if (
      !/\.(tsx?|mjs|md|css|html|json|yaml|yml|sh)$/.test(path) ||
      path === "package-lock.json" ||
      path.includes("/fixtures/")
    )
      return [];
    const lines = text.split("\n");
    return lines.flatMap((line, index) =>
      unfinished.test(line) ? [`${path}:${index + 1}: finish it, or write an issue: ${line.trim()}`] : [],
    );
  });
}

/** Relative links in markdown lead to a file or folder of the checkout, and `#…` to a heading. */
export function brokenLinks(tree: Tree): string[] {
  const folders = new Set([...tree.keys()].flatMap((path) => parentsOf(path)));
  return [...tree].flatMap(([path, text]) => {
    if (!path.endsWith(".md")) return [];
    return linksIn(text).flatMap((link) => {
      const [file = "", heading] = link.split("#");
      const target =
        file === "" ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file))).replace(/\/$/, "");
      const isThere = tree.has(target) || folders.has(target);
      if (!isThere) return [`${path}: the link ${link} leads nowhere`];
      if (heading === undefined || !target.endsWith(".md") || headingsOf(tree.get(target) ?? "").includes(heading))
        return [];
      return [`${path}: the link ${link} names a heading that ${target} does not have`];
    });
  });
}

export function foldersMissingInReadme(tree: Tree): string[] {
  const readme = tree.get("src/README.md");
  if (readme === undefined) return ["There is no src/README.md; it names every folder of src/"];
  const folders = new Set(
    [...tree.keys()].filter((path) => /^src\/[^/]+\//.test(path)).map((path) => path.split("/")[1] ?? ""),
  );
  return [...folders]
    .filter((folder) => !new RegExp(`\\b${folder}\\b`).test(readme))
    .map((folder) => `src/README.md does not name src/${folder}`);
}

/** Migrations are `src/store/migrations/<number>-<name>.ts`. */
export function migrationsIn(tree: Tree): string[] {
  return [...tree.keys()].filter((path) => /^src\/store\/migrations\/\d+-[^/]*\.ts$/.test(path) && !isTest(path));
}

export function migrationsNotListed(tree: Tree): string[] {
  const index = "src/store/migrations/index.ts";
  const text = tree.get(index);
  const listed =
    text === undefined
      ? []
      : factsOf(index, text).imports.map(({ specifier }) => posix.join(posix.dirname(index), specifier));
  return migrationsIn(tree)
    .filter((path) => !listed.includes(path))
    .map((path) => `${path} is not imported by ${index}, so it never runs`);
}

/** Source that ships: tests drive it from outside and may use what it may not. */
function productFiles(tree: Tree): [string, string][] {
  return [...tree].filter(([path]) => isSource(path) && !isTest(path));
}

function ourPaths(tree: Tree): string[] {
  return [...tree.keys()].filter((path) => /^(src|test|scripts|bench|docs|examples)\//.test(path));
}

function isIn(path: string, places: string[]): boolean {
  return places.some((place) => path === place || (place.endsWith("/") && path.startsWith(place)));
}

function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return [".", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

function linksIn(markdown: string): string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^)>\s]+)>?(?:\s+"[^"]*")?\s*\)/g)].map((match) => match[1] ?? "");
  const references = [...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)].map((match) => match[1] ?? "");
  return [...inline, ...references].filter((link) => !/^([a-z][a-z0-9+.-]*:|\/)/i.test(link));
}

/** As forges make them: lower case, spaces to hyphens, other signs gone, a number for the second of a name. */
function headingsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)].map(
    ([, heading = ""]) => {
      const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
      const slug = words.replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    },
  );
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "").replaceAll(/`[^`\n]*`/g, "");
}
