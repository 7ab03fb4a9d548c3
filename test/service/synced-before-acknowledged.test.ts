import { describe, expect, test } from "vitest";
import { canTrace, checkSyncOrder, judgeTrace } from "../../bench/strace-order.ts";

const short = { acknowledged: 120, connections: 8 };

describe.skipIf(!canTrace())("seen through strace (skipped where there is none)", () => {
  test("no delivery is acknowledged before its own write is synced to the disk", async () => {
    const result = await checkSyncOrder({ ...short, weakened: false });

    expect(result.early).toEqual([]);
    expect(result.acknowledged).toBeGreaterThanOrEqual(short.acknowledged);
    expect(result.syncs).toBeGreaterThan(0);
  });

  test("and a service whose commits do not sync is found out", async () => {
    const result = await checkSyncOrder({ ...short, weakened: true });

    expect(result.early.length).toBeGreaterThan(short.acknowledged / 2);
  });
});

describe("the judge of a trace", () => {
  const id = "0a1b2c3d-1111-4222-8333-0123456789ab";
  const write = `11 pwrite64(9</d/pullwright.db-wal>, "...${id}...", 4096, 0) = 4096`;
  const syncBegins = "11 fdatasync(9</d/pullwright.db-wal> <unfinished ...>";
  const syncEnds = "11 <... fdatasync resumed>) = 0";
  const answer = `10 write(30<socket:[5]>, "HTTP/1.1 202 Accepted\\r\\n\\r\\n{\\"status\\":\\"accepted\\",\\"delivery_id\\":\\"${id}\\"}", 90) = 90`;

  test.each([
    { order: "written, synced, answered", trace: [write, syncBegins, syncEnds, answer], early: [] },
    {
      order: "written, synced in one line, answered",
      trace: [write, "11 fdatasync(9</d/pullwright.db-wal>) = 0", answer],
      early: [],
    },
    { order: "answered while the sync runs", trace: [write, syncBegins, answer, syncEnds], early: [id] },
    {
      order: "written while a sync runs that ends before the answer",
      trace: [syncBegins, write, syncEnds, answer],
      early: [id],
    },
    { order: "never synced", trace: [write, answer], early: [id] },
    { order: "never written", trace: [syncBegins, syncEnds, answer], early: [id] },
    { order: "another file synced", trace: [write, "11 fdatasync(8</d/pullwright.db>) = 0", answer], early: [id] },
    {
      order: "a sync that failed",
      trace: [write, "11 fdatasync(9</d/pullwright.db-wal>) = -1 EIO (Input/output error)", answer],
      early: [id],
    },
    {
      order: "another delivery dirty at the time of the answer",
      trace: [write, syncBegins, syncEnds, write.replace(id, id.replace("0a", "0b")), answer],
      early: [],
    },
  ])("on $order", async ({ trace, early }) => {
    expect((await judgeTrace(trace)).early).toEqual(early);
  });
});
