/** The floor: Node's own HTTP server, which reads the body, checks GitHub's signature and answers. It stores nothing and parses nothing. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const secret = process.argv[2] ?? "";
const server = createServer((request, response) => {
  const hmac = createHmac("sha256", secret);
  request.on("data", (piece: Buffer) => hmac.update(piece));
  request.on("end", () => {
    const given = Buffer.from(String(request.headers["x-hub-signature-256"]).slice("sha256=".length), "hex");
    const isRight = given.length === 32 && timingSafeEqual(given, hmac.digest());
    response.writeHead(isRight ? 202 : 403, { "content-type": "application/json", "content-length": 2 }).end("{}");
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })));
