import type { Remote, RemotePlace } from "./remote.ts";

/** The repository that a command works on, by absolute paths. */
export type GitPlace = {
  gitDir: string;
  workTree?: string;
  indexFile?: string;
  objectDirectory?: string;
  alternateObjectDirectories?: string[];
};

/** A network command's remote, and where its place and its helper are. */
export type GitNetwork = { remote: Remote; place: RemotePlace; askpassPath: string | null; sshPath: string };

type Surroundings = {
  homeDir: string;
  temporaryDir: string;
  caFile: string | null;
  proxy: string | null;
};

/**
 * The whole environment of one git: nothing is inherited, and every setting is given here, because these settings beat those in any file. A credential
 * is in it only when the command talks to a remote.
 */
export function gitEnvironment(
  place: GitPlace,
  surroundings: Surroundings,
  network: GitNetwork | null,
  settings: [string, string][],
): Record<string, string> {
  const pairs = [...fixedSettings(place, surroundings), ...settings, ...networkSettings(network)];
  return {
    PATH: "/usr/bin:/bin",
    HOME: surroundings.homeDir,
    XDG_CONFIG_HOME: surroundings.homeDir,
    TMPDIR: surroundings.temporaryDir,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",

    GIT_DIR: place.gitDir,
    GIT_CEILING_DIRECTORIES: parentOf(place.gitDir),
    ...(place.workTree === undefined ? {} : { GIT_WORK_TREE: place.workTree }),
    ...(place.indexFile === undefined ? {} : { GIT_INDEX_FILE: place.indexFile }),
    ...(place.objectDirectory === undefined ? {} : { GIT_OBJECT_DIRECTORY: place.objectDirectory }),
    ...alternates(place.alternateObjectDirectories ?? []),

    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: alwaysFails,
    SSH_ASKPASS: alwaysFails,
    GCM_INTERACTIVE: "Never",
    GIT_ALLOW_PROTOCOL: network?.place.transport ?? "",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_PAGER: "cat",
    PAGER: "cat",
    GIT_EDITOR: ":",
    GIT_SEQUENCE_EDITOR: ":",
    ...askpass(network),

    GIT_CONFIG_COUNT: String(pairs.length),
    ...Object.fromEntries(
      pairs.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

const alwaysFails = process.platform === "darwin" ? "/usr/bin/false" : "/bin/false";

function fixedSettings(place: GitPlace, { caFile, proxy }: Surroundings): [string, string][] {
  return [
    ["core.hooksPath", "/dev/null"],
    // Since 2.54 a hook can be a setting too, which hooksPath does not reach. No file with settings of others is ever read, so this is the second lock.
    ...hooksOfOurCommands.map((hook): [string, string] => [`hook.${hook}.enabled`, "false"]),
    ["core.fsmonitor", "false"],
    ["core.untrackedCache", "false"],
    ["core.attributesFile", "/dev/null"],
    ["core.excludesFile", "/dev/null"],
    ["core.symlinks", "false"],
    ["core.protectHFS", "true"],
    ["core.protectNTFS", "true"],
    ["core.askPass", ""],
    ["core.sshCommand", ""],
    ["core.gitProxy", ""],
    ["core.pager", "cat"],
    ["core.alternateRefsCommand", ""],
    ["credential.helper", ""],
    ["init.templateDir", ""],
    ["init.defaultBranch", "main"],
    ["protocol.allow", "never"],
    ["protocol.version", "2"],
    ["submodule.recurse", "false"],
    ["fetch.recurseSubmodules", "false"],
    ["push.recurseSubmodules", "no"],
    ["fetch.fsckObjects", "true"],
    ["transfer.fsckObjects", "true"],
    ...faultsOfHonestHistory.map((fault): [string, string] => [`fetch.fsck.${fault}`, "warn"]),
    ["transfer.bundleURI", "false"],
    ["transfer.credentialsInUrl", "die"],
    ["fetch.writeCommitGraph", "false"],
    ["http.followRedirects", "false"],
    ["http.sslVerify", "true"],
    ["http.lowSpeedLimit", "1000"],
    ["http.lowSpeedTime", "30"],
    ["http.proxy", proxy ?? ""],
    ...(caFile === null ? [] : [["http.sslCAInfo", caFile] satisfies [string, string]]),
    ["gc.auto", "0"],
    ["gc.autoDetach", "false"],
    ["maintenance.auto", "false"],
    ["safe.bareRepository", "explicit"],
    ["safe.directory", place.workTree ?? place.gitDir],
    ["push.default", "nothing"],
    ["push.followTags", "false"],
    ["push.gpgSign", "false"],
    ["commit.gpgSign", "false"],
    ["tag.gpgSign", "false"],
    ["log.showSignature", "false"],
    ["filter.lfs.smudge", ""],
    ["filter.lfs.clean", ""],
    ["filter.lfs.process", ""],
    ["filter.lfs.required", "false"],
  ];
}

const hooksOfOurCommands = ["pre-push", "reference-transaction", "post-index-change", "pre-auto-gc", "proc-receive"];

/** What git's checks find in old histories that are honest all the same. What makes a path dangerous stays an error. */
const faultsOfHonestHistory = [
  "zeroPaddedFilemode",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeEmail",
  "missingSpaceBeforeDate",
  "nulInCommit",
];

function networkSettings(network: GitNetwork | null): [string, string][] {
  if (network === null) return [];
  const { remote, place } = network;
  const allow: [string, string] = [`protocol.${place.transport}.allow`, "always"];
  const { auth } = remote;
  if (auth.kind === "ssh")
    return [allow, ["ssh.variant", "ssh"], ["core.sshCommand", sshCommand(network.sshPath, auth)]];
  if (auth.kind === "basic" && auth.via === "askpass") return [allow];
  // Without it git would ask for a user when the header is refused, and helpers could open a window.
  const silent: [string, string] = ["credential.interactive", "false"];
  if (auth.kind === "none") return [allow, silent];
  const basic = Buffer.from(`${auth.user}:${auth.token}`).toString("base64");
  return [allow, silent, [`http.${place.origin}.extraHeader`, `AUTHORIZATION: basic ${basic}`]];
}

/** Nothing of the person's own ssh is used: no settings, no agent, no other key, no question asked. */
function sshCommand(sshPath: string, { keyPath, knownHostsPath }: { keyPath: string; knownHostsPath: string }): string {
  const options = [
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${quotedForSshOption(knownHostsPath)}`,
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "ProxyCommand=none",
    "ControlMaster=no",
    "ControlPath=none",
    "ForwardAgent=no",
    "ConnectTimeout=15",
    "ServerAliveInterval=15",
  ];
  return [sshPath, "-F", "/dev/null", ...options.flatMap((option) => ["-o", option]), "-i", keyPath]
    .map(quotedForShell)
    .join(" ");
}

/** ssh splits the value at white space unless it is in double quotes. */
function quotedForSshOption(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}

/** git hands the command to a shell. */
function quotedForShell(word: string): string {
  return /^[A-Za-z0-9_./=:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function askpass(network: GitNetwork | null): Record<string, string> {
  if (network === null || network.askpassPath === null) return {};
  const { auth } = network.remote;
  if (auth.kind !== "basic" || auth.via !== "askpass") return {};
  return { GIT_ASKPASS: network.askpassPath, PULLWRIGHT_GIT_USER: auth.user, PULLWRIGHT_GIT_PASS: auth.token };
}

/** git reads a list separated by colons; one in a path is quoted as in C. */
function alternates(directories: string[]): Record<string, string> {
  if (directories.length === 0) return {};
  const list = directories.map((path) => (/[:"\n\\]/.test(path) ? JSON.stringify(path) : path));
  return { GIT_ALTERNATE_OBJECT_DIRECTORIES: list.join(":") };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 1));
}
