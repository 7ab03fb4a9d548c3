/**
 * npm run bench:review [-- --files 100000 --megabytes 1000 --rounds 9 --at-once 20]
 *
 * How long it takes from the webhook of a new pull request to the posted summary, when the agent answers at once: our own overhead, with the real service, a local
 * HTTPS forge whose repository is large, and a reviewing program in the real sandbox. Then many pull requests at once: when each was answered, and how large the
 * service became.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startTestService } from "../test/support/service.ts";
import { startLocalForge } from "../test/work/local-forge.ts";
import { makeLargeRepository, pathInLargeRepository } from "./large-repository.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    megabytes: { type: "string", default: "1000" },
    rounds: { type: "string", default: "9" },
    "at-once": { type: "string", default: "20" },
  },
});
const files = Number(values.files);
const rounds = Number(values.rounds);
const atOnce = Number(values["at-once"]);
const directory = await mkdtemp(join(tmpdir(), "pullwright-bench-review-"));
const secret = "bench-hook-secret-8Jq2vTz0Rk5Wm1Xy7Lp3";

/** Reads the question's marks and answers at once, with one finding at the first line that it sees. */
const reviewer = `#!/bin/sh
prompt=$(cat)
mark() { printf '%s' "$prompt" | sed -n "s/.*\\"$1\\": \\"\\([0-9a-f]*\\)\\".*/\\1/p" | head -n 1; }
printf '{"schema_version":1,"run_nonce":"%s","diff_sha256":"%s","findings":[],"overall_correctness":"patch is correct","overall_explanation":"Read.","overall_confidence_score":1}' "$(mark run_nonce)" "$(mark diff_sha256)"
`;

try {
  say(`Making a repository of ${files.toLocaleString("en")} files and ${values.megabytes} MB …`);
  await using forge = await startLocalForge("github", async (repositories, slug) => {
    const bytes = Number(values.megabytes) * 1_000_000;
    await makeLargeRepository(repositories.directory(slug), { files, bytes });
  });
  const program = join(directory, "reviewer");
  await writeFile(program, reviewer);
  await chmod(program, 0o755);
  await using service = await startTestService({
    secrets: { github: secret },
    environment: {
      PULLWRIGHT_CA_FILE: forge.caFile,
      PULLWRIGHT_GITHUB_API_BASE_URL: forge.apiBaseUrl,
      PULLWRIGHT_GITHUB_TOKEN: forge.token,
      PULLWRIGHT_REVIEW_AGENT: "command",
      PULLWRIGHT_REVIEW_COMMAND: program,
      PULLWRIGHT_SAFETY_AUTO_REVIEW_AFTER_PR: "true",
    },
  });
  forge.review.hook(`${service.receiverUrl}/api/webhooks/github`, secret);
  const tip = (await forge.repositories.refs(forge.slug)).get("refs/heads/main") ?? "";
  let count = 0;
  /** A branch with one changed text file, without a pull request yet. */
  const newBranch = async (): Promise<string> => {
    count += 1;
    const branch = `topic-${count}`;
    const folder = pathInLargeRepository(Math.floor((files * count) / 64) % files).replace(/[^/]*$/, "");
    const content = Array.from({ length: 40 }, (_, line) => `export const value${line} = ${line + count};\n`).join("");
    await forge.review.push({ branch, from: tip, message: "Change", files: { [`${folder}change.ts`]: content } });
    return branch;
  };
  /** From before the webhook is sent until the summary stands on the pull request. */
  const reviewed = async (branch: string): Promise<{ number: number; ms: number }> => {
    const begun = performance.now();
    const number = await forge.review.openPull({ title: `Change ${branch}`, branch });
    const isSummary = ({ method, path }: { method: string; path: string }): boolean =>
      method === "POST" && path.endsWith(`/issues/${number}/comments`);
    for (let waited = 0; waited < 120_000; waited += 5) {
      if (forge.requests().some(isSummary)) return { number, ms: performance.now() - begun };
      await pause(5);
    }
    throw new Error(`#${number} got no summary:\n${service.log().slice(-4000)}`);
  };

  say("The first one, with no mirror yet …");
  const first = await reviewed(await newBranch());
  const times: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    say(`One at a time, ${round} of ${rounds} …`);
    times.push((await reviewed(await newBranch())).ms);
  }
  say(`${atOnce} at once …`);
  const branches: string[] = [];
  for (let index = 0; index < atOnce; index += 1) branches.push(await newBranch());
  const crowd = await Promise.all(branches.map((branch) => reviewed(branch)));
  const order = crowd.toSorted((a, b) => a.ms - b.ms);
  const asked = crowd.map(({ number }) => number).toSorted((a, b) => a - b);
  const outOfOrder = order.filter(({ number }, place) => Math.abs(asked.indexOf(number) - place) > 1).length;
  const megabytes = await largestMegabytes(service.pid);
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const [cpu] = cpus();
  console.log(
    [
      "",
      `Reviews on ${availableParallelism()} x ${cpu?.model ?? "?"}, Node ${process.version}, ${files.toLocaleString("en")} files, ${values.megabytes} MB`,
      "",
      "| | seconds | goal |",
      "| --- | --: | --: |",
      `| the first, no mirror yet | ${seconds(first.ms)} | |`,
      `| webhook to posted summary, warm mirror, median of ${rounds} | ${seconds(median)} | 3 |`,
      `| quickest, slowest | ${seconds(sorted[0] ?? NaN)}, ${seconds(sorted.at(-1) ?? NaN)} | |`,
      `| ${atOnce} at once: first, last | ${seconds(order[0]?.ms ?? NaN)}, ${seconds(order.at(-1)?.ms ?? NaN)} | |`,
      "",
      `${atOnce - outOfOrder} of ${atOnce} were answered in the order in which they were opened, give or take one place. The service's largest memory: ${megabytes} MB (goal 400).`,
      "",
    ].join("\n"),
  );
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

function say(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** Of the service's own process, since it began. */
async function largestMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1024);
}
