import { expect, test } from "vitest";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { type CredentialSource, fingerprintOf } from "./credential.ts";
import { createCredentialStandings } from "./credential-standing.ts";
import { createCredentialUse } from "./use-credential.ts";

const [here, there] = ["github:github.com/acme/web", "github:github.com/acme/api"];

/** A forge that knows some tokens, a file with a token in it, and git, which is told no in its own words. */
function surroundings() {
  const standings = createCredentialStandings();
  const state = { nowMs: Date.parse("2026-01-02T03:04:05.000Z"), inPlace: "first", shown: [] as string[] };
  const use = createCredentialUse("GitHub", { standings, now: () => new Date(state.nowMs), onUnstored: () => {} });
  const source: CredentialSource = async () => ({
    token: state.inPlace,
    fingerprint: fingerprintOf("github.com", state.inPlace),
  });
  const fetch = (repository: string, no?: ErrorCode) =>
    use(source, repository, ({ token, looking }) =>
      looking(async () => {
        state.shown.push(token);
        if (no !== undefined) throw new PullwrightError(no, "Fetching did not succeed.");
        return "fetched";
      }),
    );
  return { standings, state, use, source, fetch, afterMinutes: (minutes: number) => (state.nowMs += minutes * 60_000) };
}

test("a credential that was replaced while git used it is read once more, and the new one is used at once", async () => {
  const { use, source, state } = surroundings();

  const done = await use(source, here, async ({ token }) => {
    if (token === "second") return "pushed";
    state.inPlace = "second";
    throw new PullwrightError("FORGE_CREDENTIAL_REFUSED", "The push did not succeed.");
  });

  expect(done).toBe("pushed");
});

test("a credential that git's remote refuses rests for everybody, and is shown again after a quarter of an hour", async () => {
  const { fetch, standings, state, afterMinutes } = surroundings();

  await expect(fetch(here, "FORGE_CREDENTIAL_REFUSED")).rejects.toMatchObject({
    kind: "credential",
    waitUntil: "2026-01-02T03:19:05.000Z",
  });
  // The API's caller goes by the same standing.
  expect(await standings.read(fingerprintOf("github.com", "first"))).toMatchObject({
    pausedUntil: "2026-01-02T03:19:05.000Z",
  });
  await expect(fetch(there)).rejects.toMatchObject({ code: "FORGE_CREDENTIAL_REFUSED" });
  expect(state.shown).toEqual(["first"]);
  afterMinutes(15);
  expect(await fetch(there)).toBe("fetched");
});

test("another credential in its place does not wait", async () => {
  const { fetch, state } = surroundings();
  await expect(fetch(here, "FORGE_CREDENTIAL_REFUSED")).rejects.toMatchObject({ kind: "credential" });

  state.inPlace = "second";

  expect(await fetch(here)).toBe("fetched");
});

test("a repository that forbids a look is not asked again for a while, and holds up no other", async () => {
  const { fetch, state } = surroundings();

  await expect(fetch(here, "FORGE_FORBIDDEN")).rejects.toMatchObject({ kind: "credential", code: "FORGE_FORBIDDEN" });
  await expect(fetch(here)).rejects.toMatchObject({ code: "FORGE_FORBIDDEN" });

  expect(state.shown).toEqual(["first"]);
  expect(await fetch(there)).toBe("fetched");
});

test("a write that is forbidden is an answer, and nothing rests for it", async () => {
  const { use, source, fetch } = surroundings();
  const forbidden = new PullwrightError("FORGE_FORBIDDEN", "The push did not succeed.");

  await expect(use(source, here, () => Promise.reject(forbidden))).rejects.toBe(forbidden);
  expect(await fetch(here)).toBe("fetched");
});

test("a forge that asks git to wait is left alone by everybody with that credential, each time for longer", async () => {
  const { fetch, standings, afterMinutes } = surroundings();

  await expect(fetch(here, "FORGE_RATE_LIMITED")).rejects.toMatchObject({
    kind: "rate",
    waitUntil: "2026-01-02T03:05:05.000Z",
  });
  await expect(fetch(there)).rejects.toMatchObject({ code: "FORGE_RATE_LIMITED" });
  afterMinutes(1);
  await expect(fetch(here, "FORGE_RATE_LIMITED")).rejects.toMatchObject({ waitUntil: "2026-01-02T03:07:05.000Z" });
  expect(await standings.read(fingerprintOf("github.com", "first"))).toMatchObject({ strikes: 2 });
});
