import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { errorOf } from "../conformance/forge-session.ts";
import { type GithubUnderTest, proposal, startGithubUnderTest } from "./github-under-test.ts";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const privateKey = keys.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const permissions = { contents: "write", pull_requests: "write", issues: "write", metadata: "read" };

async function startWithApp() {
  const secrets: string[] = [];
  const github = await startGithubUnderTest({
    repositories: [{ slug: "acme/web" }, { slug: "acme/docs" }, { slug: "other/web" }],
    apps: [
      {
        appId: 77,
        slug: "pullwright-app",
        privateKey,
        permissions,
        installations: [{ id: 501, owner: "acme", repositories: ["acme/web", "acme/docs"] }],
      },
    ],
  });
  const as = (pem: string) =>
    github.connect({
      credential: { kind: "app", appId: "77", readPrivateKey: async () => pem },
      learnSecret: (secret) => secrets.push(secret),
    });
  return { ...github, as, app: as(privateKey), secrets };
}

const operations = ({ fake }: Pick<GithubUnderTest, "fake">) => fake.requests.map(({ operation }) => operation);

describe("a GitHub App", () => {
  test("finds its installation, is given a token for the one repository, and acts as its own user", async () => {
    await using github = await startWithApp();
    const { app, fake, web } = github;

    const opened = await app.createPullRequest(web, proposal);

    expect(operations(github)).toEqual([
      "apps/get-repo-installation",
      "apps/create-installation-access-token",
      "pulls/create",
    ]);
    expect(JSON.parse(fake.requests[1]?.body ?? "")).toEqual({ repositories: ["web"] });
    expect(opened.author).toEqual(await app.whoAmI());
    expect(opened.author?.login).toBe("pullwright-app[bot]");
    expect(fake.violations).toEqual([]);
  });

  test("uses its token until shortly before its end", async () => {
    await using github = await startWithApp();
    const { app, web, clock } = github;
    await app.getRepository(web);
    await Promise.all([app.getRepository(web), app.getRepository(web)]);
    const soFar = operations(github).filter((name) => name === "apps/create-installation-access-token").length;

    clock.advance(55 * 60_000);
    await app.getRepository(web);

    expect(soFar).toBe(1);
    expect(operations(github).slice(-2)).toEqual(["apps/create-installation-access-token", "repos/get"]);
  });

  test("asks for one token when many ask at once", async () => {
    await using github = await startWithApp();

    await Promise.all(Array.from({ length: 5 }, () => github.app.getRepository(github.web)));

    expect(operations(github).filter((name) => name === "apps/create-installation-access-token")).toHaveLength(1);
  });

  test("is given a token of its own for each repository, and all share one standing", async () => {
    await using github = await startWithApp();
    const { app, web } = github;

    const [first, second] = await Promise.all([
      app.credentialFor(web)(),
      app.credentialFor({ ...web, slug: "acme/docs" })(),
    ]);

    expect(first?.token).not.toBe(second?.token);
    expect(first?.fingerprint).toBe(second?.fingerprint);
  });

  test("tells the redaction each token before it is used", async () => {
    await using github = await startWithApp();
    const { app, fake, web, secrets } = github;

    await app.getRepository(web);

    const shown = fake.requests.map(({ headers }) => headers.authorization?.replace(/^Bearer /, ""));
    expect(shown).toHaveLength(3);
    for (const secret of shown) expect(secrets).toContain(secret);
  });

  test("whose token was revoked is given another", async () => {
    await using github = await startWithApp();
    const { app, fake, web, clock } = github;
    await app.getRepository(web);
    fake.arrange.revoke((await app.credentialFor(web)()).token);
    clock.advance(60_000);

    expect((await app.getRepository(web)).slug).toBe("acme/web");
  });

  test("whose new token is not known everywhere yet shows it once more", async () => {
    await using github = await startWithApp();
    const { app, fake, web } = github;
    fake.faults.plan({ kind: "401", on: "repos/get" });

    expect((await app.getRepository(web)).slug).toBe("acme/web");
    expect(operations(github).slice(-3)).toEqual(["apps/create-installation-access-token", "repos/get", "repos/get"]);
  });

  test("says what it may do by what it was granted", async () => {
    await using github = await startWithApp();

    expect(await github.app.checkAccess(github.web)).toEqual({ canRead: true, canPush: true });
    expect(github.fake.violations).toEqual([]);
  });

  test("is not installed everywhere", async () => {
    await using github = await startWithApp();
    const elsewhere = { ...github.web, slug: "other/web" };

    expect(await errorOf(github.app.getRepository(elsewhere))).toMatchObject({ kind: "not-found" });
    expect(await github.app.checkAccess(elsewhere)).toEqual({ canRead: false, canPush: false });
  });

  test("with another App's key is not known", async () => {
    await using github = await startWithApp();
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const app = github.as(other.export({ type: "pkcs8", format: "pem" }).toString());

    expect(await errorOf(app.getRepository(github.web))).toMatchObject({ kind: "credential" });
  });
});

describe("an App's private key", () => {
  const pkcs8 = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  test.each([
    ["as GitHub hands it out", privateKey],
    ["as PKCS #8", pkcs8],
    ["with the line ends of Windows", privateKey.replaceAll("\n", "\r\n")],
    ["in one line, with \\n", privateKey.replaceAll("\n", "\\n")],
    ["with blank space around it", `\n\n${privateKey}\n\n`],
  ])("is understood %s", async (_how, pem) => {
    await using github = await startWithApp();

    expect((await github.as(pem).getRepository(github.web)).slug).toBe("acme/web");
  });

  test.each([
    ["is locked with a passphrase", locked(), "passphrase"],
    [
      "is locked in the older way",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nabcd\n-----END RSA PRIVATE KEY-----\n",
      "passphrase",
    ],
    [
      "is of another kind",
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "no RSA key",
    ],
    ["is none", "github_pat_instead_of_a_key_0123456789", "PEM"],
    ["is only the public half", keys.publicKey.export({ type: "spki", format: "pem" }).toString(), "PEM"],
  ])("that %s is an error that says so, and tells nothing of it", async (_how, pem, says) => {
    await using github = await startWithApp();

    const error = await github
      .as(pem)
      .getRepository(github.web)
      .catch((thrown: unknown) => thrown as Error);

    expect(error).toMatchObject({ code: "SECRET_MALFORMED", message: expect.stringContaining(says) });
    expect((error as Error).message).not.toContain(pem.split("\n")[1] ?? pem);
    expect(github.fake.requests).toEqual([]);
  });
});

function locked(): string {
  return keys.privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "correct horse" })
    .toString();
}
