/**
 * npm run bench:open-pr [-- --files 100000 --megabytes 1000 --rounds 9]
 *
 * A pull request that changes one file of a large repository, over a local HTTPS git server: `pullwright open-pr` with an empty and with a known mirror,
 * beside plain git (a shallow clone, a full clone; commit; push) and beside the bare git commands that a second pull request needs. Prints the bytes that
 * git was sent, the time, and the largest process. The second pull request and the bare commands take turns for some rounds; of each the quickest counts,
 * which is the one that other work disturbed least.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startLocalForge } from "../test/work/local-forge.ts";
import { makeLargeRepository, pathInLargeRepository } from "./large-repository.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    megabytes: { type: "string", default: "1000" },
    rounds: { type: "string", default: "9" },
  },
});
const files = Number(values.files);
const rounds = Number(values.rounds);
const bytes = Number(values.megabytes) * 1_000_000;
const directory = await mkdtemp(join(tmpdir(), "pullwright-bench-open-pr-"));
const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

/** `inside`: from the command's begin to its end, without the start and stop of a process that does only this. */
type Measured = { name: string; sent: number; seconds: number; inside: number | null; megabytes: number };
const rows: Measured[] = [];
/** Of each round: the command itself, in how many times the bare commands' time. */
const ratios: number[] = [];

try {
  say(`Making a repository of ${files.toLocaleString("en")} files and ${values.megabytes} MB …`);
  await using forge = await startLocalForge("gitlab", async (repositories, slug) => {
    await makeLargeRepository(repositories.directory(slug), { files, bytes });
  });
  const url = `${forge.origin}/${forge.slug}.git`;
  const gitEnv = {
    PATH: "/usr/bin:/bin",
    HOME: directory,
    GIT_SSL_CAINFO: forge.caFile,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: basic ${Buffer.from(`oauth2:${forge.token}`).toString("base64")}`,
    GIT_AUTHOR_NAME: "bench",
    GIT_AUTHOR_EMAIL: "bench@example.com",
    GIT_COMMITTER_NAME: "bench",
    GIT_COMMITTER_EMAIL: "bench@example.com",
  };
  const ourEnv = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: directory,
    PULLWRIGHT_DATA_DIR: join(directory, "data"),
    PULLWRIGHT_CA_FILE: forge.caFile,
    PULLWRIGHT_GITLAB_API_BASE_URL: forge.apiBaseUrl,
    PULLWRIGHT_GITLAB_TOKEN: forge.token,
  };
  const measure = async (name: string, script: string, env: Record<string, string>): Promise<Measured> => {
    say(`${name} …`);
    const before = forge.bytesSent();
    const { seconds, megabytes } = await timed(script, env);
    return { name, sent: forge.bytesSent() - before, seconds, inside: null, megabytes };
  };
  const changed = pathInLargeRepository(Math.floor(files / 2));
  const commitAndPush = (branch: string): string =>
    `echo changed > ${changed} && git checkout -q -b ${branch} && git add ${changed} && git commit -q -m Change && git push -q origin ${branch}`;

  const work = join(directory, "work");
  await timed(`git clone -q --depth 1 ${url} ${work}`, gitEnv);
  const agentWorks = async (text: string): Promise<void> => {
    await writeFile(join(work, changed), text);
    await writeFile(join(work, "commit_log.md"), `## Summary\n\n${text}\n`);
  };
  const openPr = async (name: string, workflow: string): Promise<Measured> => {
    const result = join(directory, "result.json");
    const measured = await measure(
      name,
      `${process.execPath} ${cli} open-pr --from ${work} --workflow ${workflow} --json > ${result}`,
      ourEnv,
    );
    const { started_at: begun, finished_at: ended } = JSON.parse(await readFile(result, "utf8")) as Record<
      string,
      string
    >;
    return { ...measured, inside: (Date.parse(ended ?? "") - Date.parse(begun ?? "")) / 1000 };
  };

  await agentWorks("First change");
  rows.push(await openPr("open-pr, no mirror yet", "BENCH-0"));

  const mirror = join(directory, "bare.git");
  await timed(
    `git init -q --bare ${mirror} && git -C ${mirror} fetch -q --depth=1 --filter=blob:none ${url} main:main`,
    gitEnv,
  );
  /** What no way round git could do without, in a mirror that is there: what changed in the checkout, a commit of it, a push. */
  const bareCommands = (branch: string): string =>
    `git -C ${work} status --porcelain -z -uall > /dev/null && cd ${mirror} && export GIT_INDEX_FILE=${directory}/index && git read-tree main && blob=$(git hash-object -w ${join(work, changed)}) && git update-index --cacheinfo 100644,$blob,${changed} && tree=$(git write-tree --missing-ok) && commit=$(git commit-tree $tree -p main -m Change) && git -c push.negotiate=true push -q ${url} $commit:refs/heads/${branch}`;
  const [ours, bare]: [Measured[], Measured[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    await agentWorks(`Change ${round}`);
    const second = await openPr("open-pr, mirror there", `BENCH-${round}`);
    const beside = await measure("bare git commands of a second one", bareCommands(`bare-${round}`), gitEnv);
    ours.push(second);
    bare.push(beside);
    ratios.push((second.inside ?? NaN) / beside.seconds);
  }
  rows.push(quickest(ours), quickest(bare));

  rows.push(
    await measure(
      "git clone --depth 1, commit, push",
      `git clone -q --depth 1 ${url} ${directory}/shallow && cd ${directory}/shallow && ${commitAndPush("shallow")}`,
      gitEnv,
    ),
    await measure(
      "git clone, commit, push",
      `git clone -q ${url} ${directory}/full && cd ${directory}/full && ${commitAndPush("full")}`,
      gitEnv,
    ),
  );
  print();
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

function quickest(measured: Measured[]): Measured {
  const [first] = measured.toSorted((a, b) => (a.inside ?? a.seconds) - (b.inside ?? b.seconds));
  if (first === undefined) throw new Error("There was no round");
  return first;
}

/** A shell script under GNU time, which knows the largest process. */
async function timed(script: string, env: Record<string, string>): Promise<{ seconds: number; megabytes: number }> {
  await mkdir(join(directory, "tmp"), { recursive: true });
  const child = spawn("/usr/bin/time", ["-f", "\n%e %M", "/bin/sh", "-ec", script], {
    env,
    cwd: directory,
    stdio: ["ignore", "inherit", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${said}`);
  const [seconds = "0", kilobytes = "0"] = said.trimEnd().split("\n").at(-1)?.split(" ") ?? [];
  return { seconds: Number(seconds), megabytes: Number(kilobytes) / 1024 };
}

function print(): void {
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}; ${files.toLocaleString("en")} files, ${values.megabytes} MB\n`,
  );
  console.log(
    "| one changed file, by | bytes received | of the repository | seconds | of them the command itself | largest process, MB |",
  );
  console.log("| --- | --: | --: | --: | --: | --: |");
  for (const { name, sent, seconds, inside, megabytes } of rows)
    console.log(
      `| ${name} | ${sent.toLocaleString("en")} | ${((100 * sent) / bytes).toFixed(3)} % | ${seconds.toFixed(2)} | ${inside?.toFixed(2) ?? "—"} | ${Math.round(megabytes)} |`,
    );
  const sorted = ratios.toSorted((a, b) => a - b).map((ratio) => ratio.toFixed(2));
  console.log(
    `\nThe command itself in times the bare commands, round by round: median ${sorted[Math.floor(sorted.length / 2)]}, ${sorted[0]} to ${sorted.at(-1)}`,
  );
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
