import { describe } from "vitest";
import { makePostgres } from "./database.ts";
import { exerciseQueue } from "./queue.ts";

describe("the queue on PostgreSQL", () => {
  exerciseQueue(makePostgres);
});
