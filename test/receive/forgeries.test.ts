import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { githubForgeries } from "./github-forgeries.ts";
import { githubHeaders } from "./github-request.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import { startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

/*
 * The negative control of the signature tests. Each receiver below has one of the faults that real ones had; the forgeries must find it out.
 * A list of forgeries that no fault lets through proves nothing.
 */

const secret = "mysecret";
const body = '{"action": "opened", "number": 7}';
const digestOf = (text: string | Buffer, key = secret): string => createHmac("sha256", key).update(text).digest("hex");

const faultyReceivers: Record<string, (signature: string | undefined, raw: Buffer) => boolean> = {
  "lets unsigned requests through": (signature, raw) =>
    signature === undefined || signature === `sha256=${digestOf(raw)}`,
  "takes an empty secret for one": (signature, raw) =>
    signature === `sha256=${digestOf(raw)}` || signature === `sha256=${digestOf(raw, "")}`,
  "compares without regard to case": (signature, raw) => signature?.toLowerCase() === `sha256=${digestOf(raw)}`,
  "compares as far as the sender's goes": (signature, raw) =>
    signature?.startsWith("sha256=") === true && `sha256=${digestOf(raw)}`.startsWith(signature),
  "looks for the digest anywhere": (signature, raw) => signature?.includes(digestOf(raw)) === true,
  "takes the first of a list": (signature, raw) => signature?.split(",")[0] === `sha256=${digestOf(raw)}`,
  trims: (signature, raw) => signature?.replaceAll(" ", "") === `sha256=${digestOf(raw)}`,
  "signs what it has parsed": (signature, raw) =>
    signature === `sha256=${digestOf(JSON.stringify(JSON.parse(raw.toString())))}`,
  "takes a hash for a signature": (signature) => /^sha256=[0-9a-f]{64}$/.test(signature ?? ""),
  "decodes hex as leniently as Node does": (signature, raw) => {
    const claimed = Buffer.from((signature ?? "").slice(7), "hex");
    return (
      claimed.length <= 32 && timingSafeEqual(claimed, Buffer.from(digestOf(raw), "hex").subarray(0, claimed.length))
    );
  },
};

/** Which forgeries a receiver answers 2xx, and whether it takes the right signature. */
async function letThrough(port: number): Promise<{ forgeries: string[]; right: number }> {
  const forgeries: string[] = [];
  for (const [what, signature] of githubForgeries(body, secret))
    if ((await statusOf(port, signature)) < 300) forgeries.push(what);
  return { forgeries, right: await statusOf(port, `sha256=${digestOf(body)}`) };
}

async function statusOf(port: number, signature: string | null): Promise<number> {
  const connection = openConnection(port);
  connection.write(
    requestBytes({
      path: "/api/webhooks/github",
      headers: Object.entries(await githubHeaders(body, { "X-Hub-Signature-256": signature })),
      body,
    }),
  );
  const { status } = await connection.answer();
  connection.socket.destroy();
  return status;
}

describe("the forgeries", () => {
  let receiver: ReceiverUnderTest;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver.stop());

  test("do not get past the receiver, and the right signature does", async () => {
    expect(await letThrough(receiver.port)).toEqual({ forgeries: [], right: 202 });
  });

  test.each(Object.entries(faultyReceivers))("find out a receiver that %s", async (_fault, isSigned) => {
    const faulty = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const signature = request.headers["x-hub-signature-256"] as string | undefined;
        response.writeHead(isSigned(signature, Buffer.concat(pieces)) ? 202 : 403, { "Content-Length": 0 }).end();
      });
    });
    await new Promise<void>((resolve) => faulty.listen(0, "127.0.0.1", resolve));

    const found = await letThrough((faulty.address() as AddressInfo).port);
    await new Promise((resolve) => faulty.close(resolve));

    expect(found.forgeries).not.toEqual([]);
  });
});
