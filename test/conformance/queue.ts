import type { MakeDatabase } from "./database.ts";
import { exerciseQueueOrder } from "./queue-order.ts";

/** What the queue promises on every database. */
export function exerciseQueue(makeDatabase: MakeDatabase): void {
  exerciseQueueOrder(makeDatabase);
}
