import { createCredentialStandings } from "../../src/forges/credential-standing.ts";
import type { Forge } from "../../src/forges/forge.ts";
import { ForgeCallError } from "../../src/forges/forge-call-error.ts";
import type { ForgeSetting, ForgeWorld } from "./forge-world.ts";

/** A forge, a client of it, and the clock of both: waiting moves it on and takes no time. */
export type ForgeSession<World extends ForgeWorld = ForgeWorld> = AsyncDisposable & {
  world: World;
  forge: Forge;
  connect: (setting?: Partial<ForgeSetting>) => Forge;
  clock: { now: () => Date; advance: (ms: number) => void };
  skews: number[];
  /** Requests since the last look. */
  newRequests: () => ReturnType<ForgeWorld["heard"]>;
};

export async function openForgeSession<World extends ForgeWorld>(
  start: (now: () => Date) => Promise<World>,
  setting: Partial<ForgeSetting> = {},
): Promise<ForgeSession<World>> {
  let nowMs = Date.now();
  const clock = { now: () => new Date(nowMs), advance: (ms: number) => void (nowMs += ms) };
  const world = await start(clock.now);
  const standings = createCredentialStandings();
  const skews: number[] = [];
  const connect = (more: Partial<ForgeSetting> = {}): Forge =>
    world.connect({
      readToken: async () => world.tokens.good,
      now: clock.now,
      // Others get their turn, as they would while one really waits.
      wait: (ms) => new Promise((resolve) => setImmediate(() => resolve(clock.advance(ms)))),
      standings,
      onSkew: (skewMs) => skews.push(skewMs),
      limits: { gapMs: 0 },
      ...setting,
      ...more,
    });
  let seen = 0;
  return {
    world,
    forge: connect(),
    connect,
    clock,
    skews,
    newRequests: () => {
      const all = world.heard();
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** The error with which a call ends; a call that ends well is an error of the test. */
export async function errorOf(call: Promise<unknown>): Promise<ForgeCallError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ForgeCallError) return error;
    throw error;
  }
  throw new Error("The call ended well");
}
