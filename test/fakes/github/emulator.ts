import { createServer } from "node:net";
import { createEmulator } from "emulate";
import type { ApiAnswer } from "./api-answer.ts";

export type EmulatorSeed = {
  /** Every name that acts: people, machine users, and an App's `<slug>[bot]`. */
  users: string[];
  /** Accounts that own repositories; all users belong to them. */
  owners: string[];
  repositories: { slug: string; defaultBranch: string }[];
  apps: SeededApp[];
};

export type SeededApp = {
  appId: number;
  slug: string;
  privateKey: string;
  permissions: Record<string, string>;
  installations: { id: number; owner: string; repositories?: string[] }[];
};

export type Emulator = {
  /** Asks in the name of a user, by a login, or with an App's own JSON web token. */
  ask: (as: { login: string } | { token: string }, method: string, path: string, body?: string) => Promise<ApiAnswer>;
  close: () => Promise<void>;
};

/** Starts `emulate`, which keeps what GitHub would keep. It believes every token; who may do what is decided before it is asked. */
export async function startEmulator(seed: EmulatorSeed, baseUrl: string): Promise<Emulator> {
  // It says its public address where it listens, so that the port must be known before.
  const port = await freePort();
  const emulator = await createEmulator({
    service: "github",
    port,
    baseUrl,
    seed: {
      tokens: Object.fromEntries(seed.users.map((login) => [tokenOf(login), { login, scopes: ["repo"] }])),
      github: {
        users: seed.users.map((login) => ({ login })),
        orgs: seed.owners.map((login) => ({
          login,
          members: seed.users.map((user) => ({ login: user, role: "admin" })),
        })),
        repos: seed.repositories.map(({ slug, defaultBranch }) => {
          const [owner = "", name = ""] = slug.split("/");
          return { owner, name, default_branch: defaultBranch };
        }),
        apps: seed.apps.map((app) => ({
          app_id: app.appId,
          slug: app.slug,
          name: app.slug,
          private_key: app.privateKey,
          permissions: app.permissions,
          events: [],
          installations: app.installations.map(({ id, owner, repositories }) => ({
            installation_id: id,
            account: owner,
            ...(repositories === undefined ? {} : { repository_selection: "selected", repositories }),
          })),
        })),
      },
    },
  });
  return {
    ask: async (as, method, path, body) => {
      const token = "token" in as ? as.token : tokenOf(as.login);
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined || body === "" ? {} : { body }),
      });
      const link = response.headers.get("link");
      const text = await response.text();
      return {
        status: response.status,
        headers: link === null ? {} : { link: link.replaceAll(`http://127.0.0.1:${port}`, baseUrl) },
        body: text === "" ? null : (JSON.parse(text) as unknown),
      };
    },
    close: () => emulator.close(),
  };
}

function tokenOf(login: string): string {
  return `emulated-${login}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject()));
    });
  });
}
