import { exerciseAccept } from "./accept.ts";
import { exerciseClaims } from "./claims.ts";
import type { MakeDatabase } from "./database.ts";
import { exerciseLists } from "./lists.ts";
import { exerciseMigrations } from "./migrations.ts";
import { exerciseReviews } from "./reviews.ts";
import { exerciseTransactions } from "./transactions.ts";
import { exerciseWorkLists } from "./work-lists.ts";

/** What every database must do alike. */
export function exerciseStore(makeDatabase: MakeDatabase): void {
  exerciseAccept(makeDatabase);
  exerciseClaims(makeDatabase);
  exerciseTransactions(makeDatabase);
  exerciseLists(makeDatabase);
  exerciseMigrations(makeDatabase);
  exerciseReviews(makeDatabase);
  exerciseWorkLists(makeDatabase);
}
