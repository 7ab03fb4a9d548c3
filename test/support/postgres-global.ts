import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The one PostgreSQL server of this test run. */
    postgresUrl: string;
  }
}

/** One server for a whole test run: `inject("postgresUrl")`, or `createDatabase()` for a database of one's own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide("postgresUrl", server.url);
  return () => server.stop();
}
