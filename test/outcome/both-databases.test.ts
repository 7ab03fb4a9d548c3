import fc from "fast-check";
import { expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { histories } from "./histories.ts";
import { minuteByMinute, standingStill } from "./life.ts";
import { lives } from "./lives.ts";
import { addDeliveries, everythingRemembered, whatComesOf } from "./recorded.ts";
import { heardOf } from "./story.ts";
import type { Told } from "./told.ts";

test("PostgreSQL remembers lives as SQLite does, to the last byte, in any order", async () => {
  const told = Object.values(lives).flatMap((life) => [life.tell(minuteByMinute), life.tell(standingStill)]);
  await expectAlike(told, 4);
});

test("and histories of reverts, too", async () => {
  const heard = [];
  // One in four: what PostgreSQL could do otherwise, it would do in many.
  const some = Object.values(histories).filter((_history, index) => index % 4 === 0);
  for (const { forge, happens } of some) heard.push(await heardOf(forge, happens));
  await expectAlike(
    heard.map(({ told }) => told),
    2,
  );
});

async function expectAlike(all: Told[][], ordersOfEach: number): Promise<void> {
  await using sqlite = await makeSqlite();
  await using postgres = await makePostgres();
  const [one, other] = [await sqlite.open(), await postgres.open()];
  const onSqlite = { store: one, deliveryIds: await addDeliveries(one, 8) };
  const onPostgres = { store: other, deliveryIds: await addDeliveries(other, 8) };

  for (const told of all) {
    const expected = await whatComesOf(told, everythingRemembered, onSqlite);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(told, { minLength: told.length }), async (order) => {
        expect(await whatComesOf(order, everythingRemembered, onPostgres)).toBe(expected);
      }),
      { numRuns: ordersOfEach },
    );
  }
}
