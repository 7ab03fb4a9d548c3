import { runChild } from "../child/run-child.ts";

/** What a person's own git needs to find its helper: nothing of ours. */
export type PersonsEnvironment = { PATH?: string; HOME?: string };

/**
 * Asks the credential helper that a person has configured in their own git for the password of a host, as `git push` at their desk would. Null when there is
 * none or it does not answer within ten seconds; nobody is prompted. It runs outside of every job and sees nothing of it. What it gives is a secret.
 */
export async function askCredentialHelper(
  host: string,
  gitPath: string,
  { PATH = "/usr/bin:/bin", HOME = "/" }: PersonsEnvironment,
): Promise<string | null> {
  const said = await runChild({
    file: gitPath,
    args: ["credential", "fill"],
    cwd: HOME,
    env: {
      PATH,
      HOME,
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "/bin/false",
      SSH_ASKPASS: "/bin/false",
      GCM_INTERACTIVE: "Never",
    },
    stdin: Buffer.from(`protocol=https\nhost=${host}\n\n`),
    timeoutMs: 10_000,
    stdout: { keep: "all", bytesMax: 64 * 1024 },
  });
  if (said.kind !== "exited" || said.code !== 0) return null;
  return /^password=(.+)$/m.exec(said.stdout.toString("utf8"))?.[1] ?? null;
}
