/** The peer: Probot with one handler that does nothing. It verifies, parses, calls the handler and answers; it stores nothing. */
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeMiddleware, Probot } from "probot";

const secret = process.argv[2] ?? "";
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "pkcs1", format: "pem" },
});
const probot = new Probot({ appId: 1, privateKey, secret, logLevel: "fatal" });
const middleware = await createNodeMiddleware((app) => app.on("pull_request", () => {}), {
  probot,
  webhooksPath: "/api/webhooks/github",
});
const server = createServer((request, response) => void middleware(request, response));
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })));
