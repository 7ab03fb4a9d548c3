import { createHash } from "node:crypto";
import type { ForgeName } from "../../src/domain/repository.ts";
import { type MakeDatabase, makePostgres, makeSqlite } from "../conformance/database.ts";

/** Where a cell of the fault matrix is tried. */
export type Scene = { forge: ForgeName; engine: "sqlite" | "postgres" };

const alternating: Scene[] = [
  { forge: "github", engine: "sqlite" },
  { forge: "gitlab", engine: "postgres" },
];
const others: Scene[] = [
  { forge: "github", engine: "postgres" },
  { forge: "gitlab", engine: "sqlite" },
];

/** Each cell in one of two, always the same one; with PULLWRIGHT_TEST_FAULTS=everywhere in all four. */
export function scenesOf(cell: string): Scene[] {
  if (process.env["PULLWRIGHT_TEST_FAULTS"] === "everywhere") return [...alternating, ...others];
  const isOdd = (createHash("sha256").update(cell).digest()[0] ?? 0) % 2;
  return alternating.slice(isOdd, isOdd + 1);
}

export const makeDatabaseOf: Record<Scene["engine"], MakeDatabase> = { sqlite: makeSqlite, postgres: makePostgres };
