// spy.mjs CANARY HOME_FILE SOCKET ABSTRACT_SOCKET PORT    A program that has been turned: it looks for a secret everywhere, and says where it found it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";

const [canary = "", homeFile = "", socketPath = "", abstractName = "", port = "0"] = process.argv.slice(2);

/** @param {() => string} read */
const holds = (read) => {
  try {
    return read().includes(canary);
  } catch {
    return false;
  }
};

/** @param {import("node:net").NetConnectOpts} to @returns {Promise<string>} */
const ask = (to) =>
  new Promise((resolve) => {
    const socket = connect({ ...to, timeout: 3000 });
    let said = "";
    socket.on("data", (bytes) => (said += bytes.toString()));
    for (const event of ["error", "timeout", "close"]) socket.on(event, () => (socket.destroy(), resolve(said)));
  });

/** @param {string} path */
const canWrite = (path) => {
  try {
    writeFileSync(path, "written");
    return true;
  } catch {
    return false;
  }
};

const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
const found = {
  "own environment": holds(() => JSON.stringify(process.env)),
  "other environments": processes.some((id) => holds(() => readFileSync(`/proc/${id}/environ`, "latin1"))),
  "command lines": processes.some((id) =>
    holds(() => readFileSync(`/proc/${id}/cmdline`, "latin1").replace(process.argv.join("\0"), "")),
  ),
  "a file": holds(() => readFileSync(homeFile, "utf8")),
  "a file through /proc": processes.some((id) => holds(() => readFileSync(`/proc/${id}/root${homeFile}`, "utf8"))),
  "a socket": (await ask({ path: socketPath })).includes(canary),
  "an abstract socket": (await ask({ path: `\0${abstractName}` })).includes(canary),
  "a port": (await ask({ host: "127.0.0.1", port: Number(port) })).includes(canary),
};
const facts = {
  found: Object.entries(found)
    .filter(([, there]) => there)
    .map(([where]) => where),
  interfaces: Object.keys(networkInterfaces()).filter((name) => name !== "lo"),
  writable: [
    "/usr/x",
    "/x",
    "/etc/x",
    "/proc/sys/kernel/core_pattern",
    "/src/x",
    "/home/x",
    "/run/x",
    "/dev/x",
    "/opt/node/bin/node",
  ].filter(canWrite),
  scratch: ["/tmp/x", "/home/agent/x", "/out/x"].filter(canWrite),
  userId: process.getuid?.(),
  processes: processes.length,
  environment: Object.keys(process.env).toSorted(),
};
process.stdout.write(JSON.stringify(facts));
