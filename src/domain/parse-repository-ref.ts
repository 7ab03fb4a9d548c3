import { PullwrightError } from "./error.ts";
import { isLoopbackHost } from "./loopback.ts";
import type { ForgeName } from "./repository.ts";
import type { RepositoryRef } from "./repository-ref.ts";

/** The forges that everybody knows. A self-hosted one is added by the host of its configured API base URL. */
export const publicForgeHosts: ReadonlyMap<string, ForgeName> = new Map([
  ["github.com", "github"],
  ["gitlab.com", "gitlab"],
]);

export type ParseRepositoryRefOptions = {
  /** Known forges by host in lower case, with the port where it is not 443. */
  hosts: ReadonlyMap<string, ForgeName>;
  /** Whose `owner/repo` is meant when no host is named. */
  defaultHost?: string;
};

/**
 * Reads what people write when they mean a repository: `https://host/owner/repo`, with or without `.git` and a last slash, the same without a scheme,
 * `owner/repo` for the default host, `ssh://git@host/owner/repo.git` and `git@host:owner/repo.git`; on GitLab with subgroups. It says which repository is
 * meant, not that it is there or may be used: plain http names one, and nothing is ever fetched over it except from this machine.
 *
 * The text must fit one strict form as it stands. It is not handed to a URL parser, which would read `https://github.com\\@evil.com/o/r` as a path at
 * github.com. Throws REPOSITORY_URL_INVALID; the message never repeats what was given, because it may hold a token.
 */
export function parseRepositoryRef(text: string, options: ParseRepositoryRefOptions): RepositoryRef {
  if (text.length > charactersMax) throw refusal(`It is longer than ${charactersMax} characters.`);
  if (/[^\x21-\x7e]/.test(text)) throw refusal("It has white space or signs that no address has; copy it again.");
  const parts = readWhole(text) ?? readShort(text, options.defaultHost);
  if (parts === null) throw refusal(whyNot(text));
  const { host, forge } = knownForge(parts.host, parts.transport, options.hosts);
  return { forge, host, slug: checkedSlug(parts.path, forge), transport: parts.transport };
}

/**
 * Where git reaches the repository: over https, over ssh where it was named so, over http on this machine alone. A repository that was named by plain
 * http elsewhere is reached over https.
 */
export function remoteUrlOf({ host, slug, transport }: Pick<RepositoryRef, "host" | "slug" | "transport">): string {
  if (transport === "ssh") return `ssh://git@${host.replace(/:\d+$/, "")}/${slug}.git`;
  const scheme = transport === "http" && isLoopbackHost(host) ? "http" : "https";
  return `${scheme}://${host}/${slug}.git`;
}

const charactersMax = 2048;

type Parts = { transport: RepositoryRef["transport"]; host: string; path: string };

const hostName = String.raw`(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){0,20}|\[::1\]`;
const portPart = String.raw`(?::([1-9]\d{0,4}))?`;
const pathPart = String.raw`([A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+)\/?`;

const webForm = new RegExp(`^(https?):\\/\\/(${hostName})${portPart}\\/${pathPart}$`, "i");
const sshForm = new RegExp(`^ssh:\\/\\/(?:git@)?(${hostName})${portPart}\\/${pathPart}$`, "i");
const scpForm = new RegExp(`^git@(${hostName}):${pathPart}$`, "i");
/** The first part has a dot or a port, or is this machine, so it is no owner. */
const bareForm = new RegExp(`^((?:${hostName})${portPart})\\/${pathPart}$`, "i");
const shortForm = new RegExp(`^${pathPart}$`);

function readWhole(text: string): Parts | null {
  const web = webForm.exec(text);
  if (web !== null) {
    const transport = web[1]?.toLowerCase() === "http" ? "http" : "https";
    return { transport, host: hostWithPort(web[2], web[3], transport === "http" ? "80" : "443"), path: web[4] ?? "" };
  }
  const ssh = sshForm.exec(text);
  if (ssh !== null) return { transport: "ssh", host: hostWithPort(ssh[1], ssh[2], "22"), path: ssh[3] ?? "" };
  const scp = scpForm.exec(text);
  if (scp !== null) return { transport: "ssh", host: hostWithPort(scp[1], undefined, "22"), path: scp[2] ?? "" };
  return null;
}

/** A name without a scheme: with its host, or for the default one. */
function readShort(text: string, defaultHost: string | undefined): Parts | null {
  const bare = bareForm.exec(text);
  const first = bare?.[1] ?? "";
  if (bare !== null && (/[.:]/.test(first) || isLoopbackHost(first)))
    return { transport: "https", host: hostWithPort(first.replace(/:\d+$/, ""), bare[2], "443"), path: bare[3] ?? "" };
  const short = shortForm.exec(text);
  if (short === null) return null;
  if (defaultHost === undefined) throw refusal("It names no host; write https://host/owner/repo.");
  return { transport: "https", host: defaultHost.toLowerCase(), path: short[1] ?? "" };
}

function hostWithPort(name = "", portNumber: string | undefined, usual: string): string {
  const host = name.toLowerCase();
  return portNumber === undefined || portNumber === usual ? host : `${host}:${portNumber}`;
}

/** Other names under which the public forges answer: with `www`, and for ssh on port 443. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["www.github.com", "github.com"],
  ["ssh.github.com", "github.com"],
  ["www.gitlab.com", "gitlab.com"],
  ["altssh.gitlab.com", "gitlab.com"],
]);

function knownForge(
  named: string,
  transport: RepositoryRef["transport"],
  hosts: ReadonlyMap<string, ForgeName>,
): { host: string; forge: ForgeName } {
  if (Number(/:(\d+)$/.exec(named)?.[1] ?? 0) > 65_535) throw refusal("There is no such port.");
  // An ssh server has a port of its own, which says nothing of where the API is.
  const wanted = transport === "ssh" ? withoutPort(named) : named;
  const host = otherNames.get(wanted) ?? wanted;
  const forge = hosts.get(host);
  if (forge !== undefined) return { host, forge };
  const namesakes = transport === "ssh" ? [...hosts].filter(([known]) => withoutPort(known) === host) : [];
  const [only] = namesakes;
  if (only !== undefined && namesakes.length === 1) return { host: only[0], forge: only[1] };
  throw refusal(
    `Its host is none of the known forges (${[...hosts.keys()].join(", ")}); a self-hosted one is known by its configured API base URL.`,
  );
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}

const githubOwner = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
const githubRepository = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,99}$/;
const gitlabSegment = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}$/;
/** A top-level group, twenty levels of subgroups, and the project. */
const gitlabSegmentsMax = 22;

function checkedSlug(path: string, forge: ForgeName): string {
  const slug = path.replace(/\.git$/i, "");
  const segments = slug.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === ".." || /\.git$/i.test(segment)))
    throw refusal("A part of its path is a place (`.`, `..`, `.git`) and no name.");
  if (otherNames.has(segments[0] ?? "") || publicForgeHosts.has(segments[0] ?? ""))
    throw refusal("It names a host and an owner, but no repository.");
  switch (forge) {
    case "github": {
      const [owner = "", repository = ""] = segments;
      if (segments.length !== 2) throw refusal("A repository on GitHub is owner/repo, no more and no less.");
      if (!githubOwner.test(owner) || !githubRepository.test(repository))
        throw refusal("Its owner or name is none that GitHub gives.");
      return slug;
    }
    case "gitlab":
      if (segments.length > gitlabSegmentsMax) throw refusal("It has more subgroups than GitLab allows.");
      if (!segments.every((segment) => gitlabSegment.test(segment) && !/\.(atom)?$/i.test(segment)))
        throw refusal("A part of its path is no name that GitLab gives.");
      return slug;
  }
}

/** The likeliest reason, for the person who wrote it. */
function whyNot(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(text) && !/^ssh:\/\/git@/i.test(text))
    return "It holds a user name or a password. Give the address without it, and set the token as a secret; if it was a token, change it.";
  if (/[?#]/.test(text)) return "It has a query or a fragment; give the repository's own address.";
  if (/%/.test(text)) return "It has percent signs, which no repository's name has.";
  if (/^(file|git|ftps?|rsync):/i.test(text)) return "Repositories are reached over https or ssh.";
  if (/\\/.test(text)) return "It has a backslash.";
  return "Write https://host/owner/repo.";
}

function refusal(because: string): PullwrightError {
  return new PullwrightError(
    "REPOSITORY_URL_INVALID",
    `This is not the address of a repository on a known forge. ${because}`,
  );
}
