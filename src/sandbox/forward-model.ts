/**
 * Run by Node inside the sandbox (`node -e`, then port, socket, program and arguments): listens on 127.0.0.1, hands every connection to the socket that stands for
 * the model, and only then starts the program, with its own streams; ends as that ends. It holds nothing, knows nothing and may be killed by the
 * program, which then has no model.
 */
export const forwardModelScript = `
const net = require("node:net");
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const [port, socketPath, file, ...args] = process.argv.slice(1);
const server = net.createServer((client) => {
  const model = net.connect(socketPath);
  const end = () => { client.destroy(); model.destroy(); };
  client.on("error", end);
  model.on("error", end);
  client.pipe(model);
  model.pipe(client);
});
server.maxConnections = 64;
server.on("error", (error) => { console.error(error.message); process.exit(97); });
server.listen(Number(port), "127.0.0.1", () => {
  const program = spawn(file, args, { stdio: "inherit" });
  program.on("error", (error) => { console.error(error.message); process.exit(127); });
  program.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
});
`;
