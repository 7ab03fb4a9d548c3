import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGitHttp, type GitAccess, type GitCredential } from "../../../src/demo/local-forge/git-http.ts";
import { createGitRepositories, type GitRepositories } from "../../../src/demo/local-forge/git-repositories.ts";
import { createFaults, type GitFault } from "./git-faults.ts";
import { createLoopbackCertificate } from "../../../src/demo/local-forge/loopback-certificate.ts";

export type { GitFault } from "./git-faults.ts";

export type GitToken = {
  token: string;
  /** Who it belongs to, as the log of pushes shows it. */
  user: string;
  access: "read" | "write";
  /** Only these repositories; all without it. */
  only?: string[];
};

/** One request as the server saw it. */
export type GitRequest = {
  slug: string;
  service: "git-upload-pack" | "git-receive-pack";
  phase: "advertise" | "talk";
  user: string | null;
  bytesIn: number;
  bytesOut: number;
};

export type GitPushed = { slug: string; user: string; ref: string; from: string; to: string };

export type GitServer = AsyncDisposable & {
  /** `https://127.0.0.1:<port>`, without TLS `http://…`. */
  origin: string;
  url: (slug: string) => string;
  /** The certificate to believe, as a file. */
  caFile: string;
  repositories: GitRepositories;
  tokens: { grant: (token: GitToken) => void; revoke: (token: string) => void };
  /** The next fitting requests, so many as `times` says (1 without it), meet this instead of a good answer. */
  fault: (fault: GitFault) => void;
  /** No trouble any more. */
  calm: () => void;
  /** Everything that was asked since the last `forget`. */
  requests: () => GitRequest[];
  /** Every change of a ref that a push made, in order. */
  pushed: () => GitPushed[];
  forget: () => void;
  /** A shell script as a hook of the server's repository. */
  hook: (slug: string, name: "pre-receive" | "update" | "post-receive", script: string) => Promise<void>;
};

/**
 * A forge's git, for real: git's own server over HTTPS on a free port, with tokens, and with every trouble that a network or a forge can make.
 */
export async function startGitServer({ tls = true }: { tls?: boolean } = {}): Promise<GitServer> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "pullwright-git-server-")));
  const [rootDir, homeDir] = [join(directory, "repositories"), join(directory, "home")];
  await Promise.all([mkdir(rootDir), mkdir(homeDir)]);
  const certificate = createLoopbackCertificate();
  const caFile = join(directory, "authority.pem");
  await writeFile(caFile, certificate.authority);

  const repositories = createGitRepositories({ rootDir, homeDir });
  const tokens = new Map<string, GitToken>();
  const faults = createFaults();
  let requests: GitRequest[] = [];
  let pushed: GitPushed[] = [];

  const refsBefore = new WeakMap<object, Promise<Map<string, string>>>();
  const counted = new WeakMap<object, GitRequest>();
  const git = createGitHttp({
    rootDir,
    homeDir,
    allow: (credential, slug, wants) => allow(tokens, credential, slug, wants),
    parts: {
      answerInstead: async (exchange, response) => {
        const request: GitRequest = { ...exchange, bytesIn: 0, bytesOut: 0 };
        counted.set(exchange, request);
        requests.push(request);
        if (faults.answerInstead(exchange, response)) return true;
        if (exchange.service === "git-receive-pack" && exchange.phase === "talk" && exchange.user !== null) {
          const before = repositories.refs(exchange.slug);
          refsBefore.set(exchange, before);
          await before;
        }
        return false;
      },
      onRequestBytes: (exchange, bytes) => {
        const request = counted.get(exchange);
        if (request !== undefined) request.bytesIn += bytes.length;
        return faults.onRequestBytes(exchange, bytes);
      },
      onResponseBytes: async (exchange, bytes, response) => {
        const passed = await faults.onResponseBytes(exchange, bytes, response);
        const request = counted.get(exchange);
        if (request !== undefined) request.bytesOut += passed?.length ?? 0;
        return passed;
      },
      onEnd: async (exchange) => {
        await faults.onEnd(exchange);
        const before = await refsBefore.get(exchange);
        if (before === undefined) return;
        const after = await repositories.refs(exchange.slug);
        for (const ref of new Set([...before.keys(), ...after.keys()])) {
          const [from, to] = [before.get(ref) ?? "", after.get(ref) ?? ""];
          if (from !== to) pushed.push({ slug: exchange.slug, user: exchange.user ?? "", ref, from, to });
        }
      },
    },
  });

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    git(request, response).then(
      (isGits) => {
        if (!isGits) response.writeHead(404).end();
      },
      () => response.destroy(),
    );
  };
  const server = tls
    ? createSecureServer({ key: certificate.key, cert: certificate.certificate }, answer)
    : createPlainServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    url: (slug) => `${origin}/${slug}.git`,
    caFile,
    repositories,
    tokens: {
      grant: (token) => void tokens.set(token.token, token),
      revoke: (token) => void tokens.delete(token),
    },
    fault: faults.add,
    calm: faults.clear,
    requests: () => requests,
    pushed: () => pushed,
    forget: () => {
      requests = [];
      pushed = [];
    },
    hook: async (slug, name, script) => {
      const hooks = join(repositories.directory(slug), "hooks");
      await mkdir(hooks, { recursive: true });
      await writeFile(join(hooks, name), script, { mode: 0o755 });
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** As forges answer: without a good token 401, what a token may not even see 404, what it may not change 403. */
function allow(
  tokens: Map<string, GitToken>,
  credential: GitCredential | null,
  slug: string,
  wants: "read" | "write",
): GitAccess {
  const token = credential === null ? undefined : tokens.get(credential.token);
  if (token === undefined) return { kind: "refused", status: 401 };
  if (token.only !== undefined && !token.only.includes(slug)) return { kind: "refused", status: 404 };
  if (wants === "write" && token.access === "read") return { kind: "refused", status: 403 };
  return { kind: "granted", user: token.user };
}
