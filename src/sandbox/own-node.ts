import { realpath } from "node:fs/promises";
import type { Mount } from "./sandbox.ts";

/** Where our own Node stands inside a sandbox, for `PATH`. */
export const ownNodeFolder = "/opt/node/bin";
export const ownNodeInside = `${ownNodeFolder}/node`;

/** Our own Node with the libraries that it has loaded and that are not among the system's. Nothing else of where it is installed is shown. */
export async function ownNode(): Promise<Mount[]> {
  const libraries = loadedLibraries().filter((path) => !/^\/(usr|lib|lib32|lib64)\//.test(path));
  return [
    { outside: await realpath(process.execPath), inside: ownNodeInside },
    ...libraries.map((path) => ({ outside: path, inside: path })),
  ];
}

/** The report's own words for what the dynamic linker has loaded, the program itself and what is no file left out. */
function loadedLibraries(): string[] {
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  const excluded = report.excludeNetwork;
  // Else it asks for the names of all hosts that we speak to, and waits for them.
  report.excludeNetwork = true;
  const { sharedObjects = [] } = report.getReport() as unknown as { sharedObjects?: string[] };
  report.excludeNetwork = excluded;
  return sharedObjects.filter((path) => path.startsWith("/") && /\.so(\.|$)/.test(path));
}
