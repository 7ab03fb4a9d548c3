import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The Chromium of @sparticuz/chromium, unpacked once into node_modules/.cache. Several processes may do this at once:
 * each unpacks into a folder of its own, and the first to rename it wins. Undefined where npm has none for this platform.
 */
export async function chromiumFromNpm(): Promise<{ path: string; environment: Record<string, string> } | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const modules = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "node_modules");
  const packageFolder = join(modules, "@sparticuz", "chromium");
  if (!existsSync(packageFolder)) return undefined;

  const { version } = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")) as { version: string };
  const folder = join(modules, ".cache", `pullwright-chromium-${version}`);
  if (!existsSync(folder)) await unpack(packageFolder, folder);
  const path = join(folder, "chromium");
  return { path, environment: { ...(await librariesFor(path, folder)), ...fontsFor(folder) } };
}

/**
 * The package unpacks into the temporary folder and trusts what it finds there, so it gets a temporary folder of its
 * own, in a process of its own, because that folder is chosen for a whole process.
 */
async function unpack(packageFolder: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}-`);
  try {
    const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
    const script = `
      import { inflate } from ${JSON.stringify(entry)};
      for (const name of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"])
        await inflate(${JSON.stringify(join(packageFolder, "bin"))} + "/" + name);`;
    await run(process.execPath, ["--input-type=module", "--eval", script], { env: { ...process.env, TMPDIR: draft } });
    await nameFontFolder(draft, target);
    await rename(draft, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The package brings one font family; its own configuration looks for it where AWS Lambda would have it. */
async function nameFontFolder(draft: string, target: string): Promise<void> {
  const configuration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${join(target, "fonts")}</dir>
  <cachedir>${join(target, "font-cache")}</cachedir>
</fontconfig>
`;
  await writeFile(join(draft, "fonts.conf"), configuration);
}

function fontsFor(folder: string): Record<string, string> {
  return { FONTCONFIG_FILE: join(folder, "fonts.conf") };
}

/** A bare machine lacks NSS and the like; then the package's own libraries are used. */
async function librariesFor(path: string, folder: string): Promise<Record<string, string>> {
  try {
    await run(path, ["--version"]);
    return {};
  } catch {
    return { LD_LIBRARY_PATH: join(folder, "al2023", "lib") };
  }
}
