import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { runChild } from "../../child/run-child.ts";

const usualPlaces = ["/usr/bin/git", "/usr/local/bin/git", "/opt/homebrew/bin/git", "/opt/local/bin/git"];

/** Where git is; null when it is at none of the places. */
export async function findGit(places: string[] = usualPlaces): Promise<string | null> {
  for (const path of places) if (await isExecutable(path)) return path;
  return null;
}

/** Where a git is that can also serve repositories: some distributions have `git http-backend` in a package of its own. */
export async function findServingGit(places?: string[]): Promise<string | null> {
  const file = await findGit(places);
  if (file === null) return null;
  const said = await runChild({
    file,
    args: ["--exec-path"],
    env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8" },
    cwd: "/",
    stdout: { keep: "all", bytesMax: 4096 },
    timeoutMs: 10_000,
  });
  if (said.kind !== "exited" || said.code !== 0) return null;
  return (await isExecutable(join(said.stdout.toString("utf8").trim(), "git-http-backend"))) ? file : null;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
