import { spawn } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { createNormaliser, heapMegabytesMin, type Normaliser } from "../../src/normalise/normaliser.ts";
import { normalise } from "../../src/normalise/normalise.ts";
import { poisonable } from "./poisonable-thread.ts";
import { deliveryOf, webhookFixtures } from "./webhook-fixtures.ts";

const options = { timeoutMs: 30_000, heapMegabytesMax: heapMegabytesMin };
const threadFile = new URL("./poisonable-thread.ts", import.meta.url);
const hook = { hook_id: 1, repository: { id: 1, full_name: "acme/web" } };
const good = (id = 1) => deliveryOf("github", "ping", JSON.stringify({ ...hook, hook_id: id }));
const poisoned = (poison: string) => deliveryOf("github", "ping", JSON.stringify({ ...hook, poison }));

let normaliser: Normaliser | undefined;
afterEach(() => normaliser?.close());

test("a batch is answered in its order, as if there were no thread", async () => {
  normaliser = createNormaliser(options);
  const inputs = webhookFixtures().map(({ input }) => input);
  const form = {
    ...good(),
    contentType: "application/x-www-form-urlencoded" as const,
    body: new TextEncoder().encode("payload=%7B%22hook_id%22%3A1%7D"),
  };

  const answers = await normaliser.normalise([...inputs, form]);

  expect(answers).toEqual([...inputs, form].map(normalise));
});

test("batches that are asked for at once are answered each for itself", async () => {
  normaliser = createNormaliser(options);

  const both = await Promise.all([
    normaliser.normalise([good(1)]),
    normaliser.normalise([]),
    normaliser.normalise([good(2), good(3)]),
  ]);

  expect(
    both.map((answers) =>
      answers.map((answer) => (answer.kind === "understood" ? answer.event.subject.ref : answer.kind)),
    ),
  ).toEqual([["1"], [], ["2", "3"]]);
});

test("bodies are left to the asker, also those that are parts of one buffer", async () => {
  normaliser = createNormaliser(options);
  const { body } = good();
  const shared = new Uint8Array(body.byteLength * 3);
  shared.set(body, body.byteLength);
  const part = shared.subarray(body.byteLength, body.byteLength * 2);

  const answers = await normaliser.normalise([{ ...good(), body: part }]);

  expect(answers[0]).toMatchObject({ kind: "understood" });
  expect(new TextDecoder().decode(part)).toBe(new TextDecoder().decode(body));
});

test.each([
  ["throw", /^The normaliser threw TypeError at poisonable-thread\.ts:\d+\.$/],
  ["exit", /^The normaliser's thread ended with code 7\.$/],
  ["fill", /^The normaliser ran out of its 256 MB\.$/],
])("a payload that makes the normaliser %s costs only itself", async (poison, because) => {
  normaliser = createNormaliser(options, { threadFile });

  const answers = await normaliser.normalise([good(1), poisoned(poison), good(2)]);

  expect(answers[0]).toMatchObject({ kind: "understood", event: { subject: { ref: "1" } } });
  expect(answers[1]).toEqual({ kind: "crashed", because: expect.stringMatching(because) as string });
  expect(answers[2]).toMatchObject({ kind: "understood", event: { subject: { ref: "2" } } });
  expect(await normaliser.normalise([good(3)])).toMatchObject([{ event: { subject: { ref: "3" } } }]);
});

test("a payload that never ends costs only itself", async () => {
  normaliser = createNormaliser({ ...options, timeoutMs: 500 }, { threadFile });

  const answers = await normaliser.normalise([good(1), poisoned("hang"), good(2)]);

  expect(answers).toMatchObject([
    { kind: "understood" },
    { kind: "crashed", because: "The normaliser took longer than 500 ms." },
    { kind: "understood" },
  ]);
});

test("the poison is real: the same payload without the thread reaches whoever asks", async () => {
  expect(() => poisonable(poisoned("throw"))).toThrow(TypeError);

  const asked = `
    const { poisonable } = await import(${JSON.stringify(threadFile)});
    poisonable({ provider: "github", event: "ping", body: new TextEncoder().encode('"poison":"exit"') });`;
  expect(await endOfProcess(asked)).toEqual({ code: 7, signal: null });
});

test("the limit on values is needed: a thread that runs out of memory while it parses takes the process along", async () => {
  const parse = `JSON.parse('{"a":[' + '{},'.repeat(8_000_000) + '{}]}')`;
  const asked = `
    import { Worker } from "node:worker_threads";
    const worker = new Worker(${JSON.stringify(parse)}, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 64 } });
    worker.on("error", () => process.exit(0));`;

  expect(await endOfProcess(asked)).toEqual({ code: null, signal: "SIGABRT" });
});

/** How a process of Node's ends that runs this module. */
function endOfProcess(module: string): Promise<{ code: number | null; signal: string | null }> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", module], { stdio: "ignore" });
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

test("24 MB of small objects end as a refusal, while others are answered", async () => {
  normaliser = createNormaliser(options);
  const bomb = deliveryOf("github", "ping", `{"a":[${"{},".repeat(8_000_000)}{}]}`);

  const answers = await normaliser.normalise([good(1), bomb, good(2)]);

  expect(answers).toMatchObject([
    { kind: "understood" },
    { kind: "refused", code: "BAD_SHAPE" },
    { kind: "understood" },
  ]);
});

test("the dearest bodies that are parsed at all fit into the smallest heap", async () => {
  normaliser = createNormaliser(options);
  const bytesMax = 25 * 1024 * 1024;
  const dear = [
    Array.from({ length: 160_000 }, (_, index) => `{"k${index.toString(36)}":0}`).join(","),
    Array.from({ length: 160_000 }, (_, index) => `{"${4_294_967_290 - index}":0}`).join(","),
    "12345678901234567,".repeat(490_000).slice(0, -1),
  ].map((values) => `{"a":[${values}],"b":"š`);
  // The one letter that is not Latin makes every other take two bytes.
  const inputs = dear.map((start) =>
    deliveryOf("github", "ping", `${start}${"x".repeat(bytesMax - start.length - 3)}"}`),
  );

  const answers = await normaliser.normalise(inputs);

  expect(answers.map((answer) => answer.kind)).toEqual(["refused", "refused", "refused"]);
});

test("a heap in which the parser could end the process is refused", () => {
  expect(() => createNormaliser({ timeoutMs: 1000, heapMegabytesMax: heapMegabytesMin - 1 })).toThrow(RangeError);
});

test("a closed normaliser answers no more, and a batch under way says so", async () => {
  normaliser = createNormaliser({ ...options, timeoutMs: 600_000 }, { threadFile });
  await normaliser.normalise([good()]);

  const underWay = normaliser.normalise([poisoned("hang")]).catch((error: unknown) => error);
  await normaliser.close();

  expect(String(await underWay)).toMatch(/closed/);
  await expect(normaliser.normalise([good()])).rejects.toThrow("closed");
});

test("a thread that cannot start is nobody's payload's fault", async () => {
  normaliser = createNormaliser(options, { threadFile: new URL("./no-such-thread.ts", import.meta.url) });

  await expect(normaliser.normalise([good()])).rejects.toThrow("did not start");
});
