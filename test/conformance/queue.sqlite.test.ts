import { describe } from "vitest";
import { makeSqlite } from "./database.ts";
import { exerciseQueue } from "./queue.ts";

describe("the queue on SQLite", () => {
  exerciseQueue(makeSqlite);
});
