import { describe, expect, test } from "vitest";
import type { ClaimedCommand } from "../../src/domain/command.ts";
import type { Effect, EffectEnding, EffectFate } from "../../src/domain/effect.ts";
import { PullwrightError } from "../../src/domain/error.ts";
import { markerOf } from "../../src/domain/marker.ts";
import { cancelCommand } from "../../src/queue/cancel.ts";
import { performEffect } from "../../src/queue/effect.ts";
import { Interruption } from "../../src/queue/interruption.ts";
import { settle } from "../../src/queue/settle.ts";
import type { Store } from "../../src/store/store.ts";
import type { MakeDatabase } from "./database.ts";
import { at, type HandClock, handClock, leaseMs, put } from "./queue-at-hand.ts";

/** Things that are done to the world outside are done once, whatever dies, is lost or comes late. */
export function exerciseEffects(makeDatabase: MakeDatabase): void {
  describe("an effect", () => {
    test("is written down before it is sent, sent once, and remembered", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);
      const seen: unknown[] = [];

      const first = await board.post({ beforePosting: async () => seen.push(await board.row()) });
      const again = await board.post();

      expect(seen).toMatchObject([{ state: "intended", sends: 1, intent: { body: "Hello" }, result: {} }]);
      expect(first).toEqual({ kind: "done", result: { id: 1 }, by: "sent", isSameRequest: true });
      expect(again).toEqual({ kind: "done", result: { id: 1 }, by: "remembered", isSameRequest: true });
      expect(board.notes).toHaveLength(1);
      expect(await board.row()).toMatchObject({ state: "done", sends: 1, result: { id: 1 }, done_at: at(0) });
    });

    test("says when what was done is not what is asked for now", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      await board.post();
      const other = await board.post({ body: "Something else" });

      expect(other).toMatchObject({ by: "remembered", isSameRequest: false });
    });

    test("whose answer was lost is found there, and not done again", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      const ending = await board.post({ answers: ["posted, answer lost"] });

      expect(ending).toMatchObject({ kind: "done", result: { id: 1 }, by: "found" });
      expect(board.notes).toHaveLength(1);
      expect(board.sent).toBe(1);
    });

    test("that nobody can tell is looked for at once, after 30 and after 120 seconds, and then sent again", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      const endings = [await board.post({ answers: ["lost"] })];
      for (const seconds of [30, 120]) {
        board.clock.pass(Date.parse(at(seconds)) - Date.parse(board.clock.now()) - 1);
        endings.push(await board.post());
        board.clock.pass(1);
        endings.push(await board.post());
      }

      const wait = (seconds: number) => ({
        kind: "open",
        outcome: { kind: "wait", code: "OUTCOME_UNKNOWN", until: at(seconds) },
      });
      expect(endings).toMatchObject([wait(30), wait(30), wait(120), wait(120), { kind: "done", by: "sent" }]);
      // Once before sending, then at 0, 30 and 120 seconds.
      expect(board.looked).toBe(4);
      expect(board.sent).toBe(2);
      expect(board.notes).toHaveLength(1);
    });

    test("that shows up late is found at one of the looks", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      await board.post({ answers: ["posted, shows up late"] });
      expect(board.notes).toHaveLength(0);
      board.showLate();
      board.clock.pass(30_000);
      const ending = await board.post();

      expect(ending).toMatchObject({ kind: "done", by: "found", result: { id: 1 } });
      expect([board.sent, board.notes.length]).toEqual([1, 1]);
    });

    test("that was sent three times in vain is given up, and when somebody retries it, looked for and sent once more", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      let ending = await board.post({ answers: ["lost", "lost", "lost"] });
      for (let look = 0; ending.kind === "open" && ending.outcome.kind === "wait"; look += 1) {
        expect(look).toBeLessThan(20);
        board.clock.pass(Date.parse(ending.outcome.until) - Date.parse(board.clock.now()));
        ending = await board.post();
      }

      expect(ending).toMatchObject({ kind: "open", outcome: { kind: "failed", code: "OUTCOME_UNKNOWN" } });
      expect(board.sent).toBe(3);
      expect(await board.row()).toMatchObject({ state: "unknown", code: "OUTCOME_UNKNOWN" });
      expect(await board.post()).toMatchObject({ kind: "done", by: "sent" });
      expect(board.sent).toBe(4);
    });

    test("that is there twice keeps the older one, and the other is taken away", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      const ending = await board.post({ answers: ["posted twice, answer lost"] });

      expect(ending).toMatchObject({ kind: "done", by: "found", result: { id: 1 } });
      expect(board.notes.map(({ id }) => id)).toEqual([1]);
      expect(await board.row()).toMatchObject({ duplicates_repaired: 1 });
    });

    test("that was refused throws what the forge said, and can be tried again at once", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      await expect(board.post({ answers: ["refused"] })).rejects.toMatchObject({ code: "FORGE_FORBIDDEN" });
      expect(await board.row()).toMatchObject({ state: "refused", sends: 0, code: "FORGE_FORBIDDEN" });
      const ending = await board.post({ body: "Now with permission" });

      expect(ending).toMatchObject({ kind: "done", by: "sent", isSameRequest: true });
      expect(await board.row()).toMatchObject({ state: "done", intent: { body: "Now with permission" } });
    });

    test("that never left does not count as sent, however often", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      for (let attempt = 0; attempt < 10; attempt += 1)
        await expect(board.post({ answers: ["not sent"] })).rejects.toMatchObject({ code: "FORGE_UNREACHABLE" });

      expect(await board.row()).toMatchObject({ state: "intended", sends: 0 });
      expect(await board.post()).toMatchObject({ kind: "done", by: "sent" });
    });

    test("that exists already is ours when it proves to be, and else is what the forge says it is", async () => {
      await using database = await makeDatabase();
      const [ours, foreign] = [await boardOf(database), await boardOf(database, "another")];
      ours.put(ours.marker());
      ours.hideUntilSent();
      foreign.put("Somebody else's");

      expect(await ours.post({ answers: ["exists"] })).toMatchObject({ kind: "done", by: "found" });
      await expect(foreign.post({ answers: ["exists"] })).rejects.toMatchObject({ code: "FORGE_CONFLICT" });
    });

    test("that a forgotten past did already is found before it is done a second time", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);
      // As after a restore of yesterday's backup: it is there, and no row says so.
      board.put(board.marker());

      const ending = await board.post();

      expect(ending).toMatchObject({ kind: "done", by: "found", result: { id: 1 } });
      expect(board.sent).toBe(0);
    });

    test.each(["note.intended", "note.looked", "note.sending", "note.acted", "note.recorded"])(
      "is done once when the process dies at %s",
      async (step) => {
        await using database = await makeDatabase();
        const board = await boardOf(database);

        await expect(board.post({ dieAt: step })).rejects.toThrow(step);
        let ending = await board.post();
        for (let look = 0; ending.kind === "open" && look < 5; look += 1) {
          board.clock.pass(120_000);
          ending = await board.post();
        }

        expect(ending).toMatchObject({ kind: "done", result: { id: 1 } });
        expect(board.notes).toHaveLength(1);
      },
    );

    test("without the intent a crash after posting posts twice (so the tests above can fail)", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      await board.postWithoutIntent("dies after posting").catch(() => undefined);
      await board.postWithoutIntent();

      expect(board.notes).toHaveLength(2);
    });

    test("is not sent by who lost the command, nor for one that was cancelled", async () => {
      await using database = await makeDatabase();
      const [lost, cancelled] = [await boardOf(database), await boardOf(database, "another")];
      await lost.loseCommand();
      await cancelled.cancel();

      await expect(lost.post()).rejects.toMatchObject({ code: "LEASE_LOST" });
      await expect(cancelled.post()).rejects.toMatchObject({ kind: "cancelled" });

      expect([lost.sent, cancelled.sent]).toEqual([0, 0]);
      expect(await lost.store.effects.count({})).toBe(0);
    });

    test("whose answer comes after the command was lost is not recorded, and the next one finds it", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      await expect(board.post({ beforeAnswering: () => board.loseCommand() })).rejects.toMatchObject({
        code: "LEASE_LOST",
      });
      await board.takeOver();
      const ending = await board.post();

      expect(ending).toMatchObject({ kind: "done", by: "found" });
      expect([board.sent, board.notes.length]).toEqual([1, 1]);
    });

    test("is recorded also when the command was cancelled while it was on its way", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      const ending = await board.post({ beforeAnswering: () => board.cancel() });

      expect(ending).toMatchObject({ kind: "done", by: "sent" });
      expect(await board.row()).toMatchObject({ state: "done", result: { id: 1 } });
    });

    test("that was interrupted on its way may have been done, and is looked for", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);
      const controller = new AbortController();
      const told = new Interruption("stopping", "The process stops");

      const interrupted = board.post({
        signal: controller.signal,
        beforeAnswering: async () => {
          controller.abort(told);
          throw told;
        },
      });
      await expect(interrupted).rejects.toBe(told);
      expect(await board.row()).toMatchObject({ state: "unknown", sends: 1 });

      expect(await board.post()).toMatchObject({ kind: "done", by: "found" });
      expect([board.sent, board.notes.length]).toEqual([1, 1]);
    });

    test("that hangs when its command is cancelled and let go is unknown from then on, and says so", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      const late = board.post({
        beforeAnswering: async () => {
          await board.cancel();
          await board.letGo();
        },
      });

      await expect(late).rejects.toMatchObject({ code: "LEASE_LOST" });
      expect(await board.row()).toMatchObject({ state: "unknown", sends: 1 });
      expect(await board.store.commands.get(board.command.id)).toMatchObject({
        state: "cancelled",
        outcome_because:
          "It was cancelled while it ran. It is not known whether note was done by then; whoever tries again looks for it first.",
      });
    });

    test("that is told to stop before it leaves does not count as sent", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);
      const told = new Interruption("stopping", "The process stops");

      await expect(board.post({ signal: AbortSignal.abort(told) })).rejects.toBe(told);

      expect(board.sent).toBe(0);
      expect(await board.row()).toMatchObject({ state: "intended", sends: 0 });
    });

    test("leaves every send and every answer in the audit log, in a chain that holds", async () => {
      await using database = await makeDatabase();
      const board = await boardOf(database);

      await board.post({ answers: ["posted, answer lost"] });

      const { rows } = await board.store.auditLog.list({}, { limit: 9, after: null });
      expect(rows.toReversed().map(({ action, actor, subject }) => [action, actor, subject])).toEqual([
        ["effect.send", `command ${board.command.id}`, "effect note:1"],
        ["effect.unknown", `command ${board.command.id}`, "effect note:1"],
        ["effect.found", `command ${board.command.id}`, "effect note:1"],
      ]);
      expect(await board.store.auditLog.check({ id: 0, hash: "" }, 100)).toMatchObject({ checked: 3, broken: null });
    });
  });
}

type Note = { id: number; text: string };
type Answer =
  | "ok"
  | "lost"
  | "posted, answer lost"
  | "posted twice, answer lost"
  | "posted, shows up late"
  | "refused"
  | "not sent"
  | "exists";
type Posting = {
  body?: string;
  /** How the board answers, one by one; then it is well again. */
  answers?: Answer[];
  dieAt?: string;
  beforePosting?: () => Promise<unknown>;
  beforeAnswering?: () => Promise<unknown>;
  signal?: AbortSignal;
};

const markerSecret = "a local secret";

class Unknown extends Error {}

/** A notice board outside, and a command that wants one note on it. */
async function boardOf(database: Awaited<ReturnType<MakeDatabase>>, key = "1") {
  const store = await database.open();
  const clock: HandClock = handClock();
  await put(store, clock, { writes: false, repository: `acme/${key}` });
  let command = await claim(store, clock);
  const notes: Note[] = [];
  const late: Note[] = [];
  let hidden = false;
  let lastId = 0;
  const state = { sent: 0, looked: 0, answers: [] as Answer[] };
  const add = (text: string, to = notes): Note => {
    lastId += 1;
    const note = { id: lastId, text };
    to.push(note);
    return note;
  };

  const effectOf = ({ body = "Hello", beforePosting, beforeAnswering }: Posting): Effect<{ id: number }> => ({
    key: `note:${key}`,
    kind: "note",
    request: { body },
    act: async ({ marker: mark }) => {
      await beforePosting?.();
      state.sent += 1;
      hidden = false;
      const text = `${body} ${mark}`;
      const answer = state.answers.shift() ?? "ok";
      switch (answer) {
        case "refused":
          throw new PullwrightError("FORGE_FORBIDDEN", "no");
        case "not sent":
          throw new PullwrightError("FORGE_UNREACHABLE", "no route");
        case "exists":
          throw new PullwrightError("FORGE_CONFLICT", "it is there");
        case "lost":
          throw new Unknown();
        case "posted, shows up late":
          add(text, late);
          throw new Unknown();
        case "posted twice, answer lost":
          add(text);
          add(text);
          throw new Unknown();
        case "posted, answer lost":
          add(text);
          throw new Unknown();
        case "ok": {
          const { id } = add(text);
          await beforeAnswering?.();
          return { id };
        }
      }
    },
    readBack: async ({ isOurs }) => {
      state.looked += 1;
      return hidden ? [] : notes.filter(({ text }) => isOurs(text)).map(({ id }) => ({ id }));
    },
    removeExtra: async ({ id }) => {
      notes.splice(
        notes.findIndex((note) => note.id === id),
        1,
      );
    },
    fateOf: (error): EffectFate => {
      if (error instanceof Unknown) return "unknown";
      const code = error instanceof PullwrightError ? error.code : "";
      return code === "FORGE_FORBIDDEN" ? "refused" : code === "FORGE_CONFLICT" ? "exists" : "not-sent";
    },
  });

  const board = {
    store,
    clock,
    notes,
    get command() {
      return command;
    },
    get sent() {
      return state.sent;
    },
    get looked() {
      return state.looked;
    },
    put: (text: string) => void add(text),
    showLate: () => void notes.push(...late.splice(0)),
    hideUntilSent: () => {
      hidden = true;
    },
    marker: () => markerOf(`note:${key}`, markerSecret),
    row: () => store.effects.find(`note:${key}`),
    post: (posting: Posting = {}): Promise<EffectEnding<{ id: number }>> => {
      if (posting.answers !== undefined) state.answers = [...posting.answers];
      return performEffect(effectOf(posting), {
        store,
        clock,
        command,
        signal: posting.signal ?? new AbortController().signal,
        markerSecret,
        redact: (text) => text,
        reach: (step) => {
          if (step === posting.dieAt) throw new Error(step);
        },
      });
    },
    /** As one would do it who has not heard of lost answers. */
    postWithoutIntent: async (how = "") => {
      const known = await board.row();
      if (known?.state === "done") return;
      add("Hello");
      if (how !== "") throw new Error(how);
    },
    loseCommand: async () => {
      const again = { afterMs: 0, attempt: 0, waits: 0, crashes: 0 };
      const ending = { to: "queued", code: null, because: "gone", again } as const;
      await store.commandLeases.end([{ ...command, ending }], clock.now());
    },
    /** Its worker's process waits for it no longer. */
    letGo: async () => {
      const end = { outcome: null, interruption: new Interruption("cancelled", "Somebody cancelled it.") };
      await store.transaction((queries) =>
        settle([{ command, end }], queries, {
          clock,
          random: () => 0.5,
          followUps: () => [],
          owner: "test",
          reach: () => {},
        }),
      );
    },
    takeOver: async () => {
      command = await claim(store, clock);
    },
    cancel: () => store.transaction((queries) => cancelCommand(command.id, { actor: "ann" }, queries, clock)),
  };
  return board;
}

async function claim(store: Store, clock: HandClock): Promise<ClaimedCommand> {
  const [command] = await store.commandClaims.claim({
    type: "create_pull_request",
    limit: 1,
    owner: "one",
    leaseMs,
    now: clock.now(),
  });
  if (command === undefined) throw new Error("Nothing was there to claim");
  return command;
}
