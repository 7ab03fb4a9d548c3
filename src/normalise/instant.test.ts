import fc from "fast-check";
import { expect, test } from "vitest";
import { instantFrom, latestOf } from "./instant.ts";

test.each([
  ["2019-05-15T15:20:33Z", "2019-05-15T15:20:33.000Z"],
  ["2019-05-15T15:20:55+00:00", "2019-05-15T15:20:55.000Z"],
  ["2015-05-05T19:40:15-04:00", "2015-05-05T23:40:15.000Z"],
  ["2021-04-28T22:32:50.000-04:00", "2021-04-29T02:32:50.000Z"],
  ["2016-08-12 15:23:28 UTC", "2016-08-12T15:23:28.000Z"],
  ["2015-05-17 18:08:09 +0300", "2015-05-17T15:08:09.000Z"],
  ["2022-09-20T12:54:38.685719Z", "2022-09-20T12:54:38.685Z"],
  ["2026-03-04T12:00:00.4Z", "2026-03-04T12:00:00.400Z"],
  ["2012-01-03T23:36:29+02:00", "2012-01-03T21:36:29.000Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  [1557933657, "2019-05-15T15:20:57.000Z"],
  [0, "1970-01-01T00:00:00.000Z"],
])("%s, as a forge writes it, is %s", (written, instant) => {
  expect(instantFrom(written)).toBe(instant);
});

test.each([
  "",
  "now",
  "2019-05-15",
  "2019-05-15T15:20:33",
  "2019-02-30T00:00:00Z",
  "2023-02-29T00:00:00Z",
  "2019-13-01T00:00:00Z",
  "2019-00-10T00:00:00Z",
  "2019-05-15T24:00:00Z",
  "2019-05-15T15:60:00Z",
  "2019-05-15T15:20:61Z",
  "2019-05-15T15:20:33+25:00",
  "0001-01-01T00:00:00Z",
  "1969-12-31T23:59:59Z",
  "9999-12-31T23:59:59Z",
  "+275760-09-13T00:00:00Z",
  "1970-01-01T00:00:00+01:00",
  -1,
  1.5,
  Number.NaN,
  1e12,
  4102444800,
  true,
  null,
  undefined,
  {},
])("%s is no time", (written) => {
  expect(instantFrom(written)).toBeNull();
});

test("a long text is no time either, and is not searched for one", () => {
  expect(instantFrom(`2019-05-15T15:20:33${" ".repeat(1_000_000)}Z`)).toBeNull();
});

test("every moment of these years comes back as it went in, in any zone", () => {
  const date = fc.date({ min: new Date("1970-01-02"), max: new Date("2099-12-30"), noInvalidDate: true });

  fc.assert(
    fc.property(date, fc.integer({ min: -14 * 60, max: 14 * 60 }), (moment, offset) => {
      const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
      const sign = offset < 0 ? "-" : "+";
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const zone = `${sign}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
      expect(instantFrom(`${local}${zone}`)).toBe(moment.toISOString());
    }),
  );
});

test("the latest is found among those that are known", () => {
  expect(latestOf([undefined, "2026-01-02T00:00:00.000Z", null, "2026-01-01T00:00:00.000Z"])).toBe(
    "2026-01-02T00:00:00.000Z",
  );
  expect(latestOf([undefined, null])).toBeNull();
});
