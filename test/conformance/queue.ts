import type { MakeDatabase } from "./database.ts";
import { exerciseAuditLog } from "./audit-log.ts";
import { exerciseEffects } from "./effects.ts";
import { exerciseQueueCrowd } from "./queue-crowd.ts";
import { exerciseQueueEndings } from "./queue-endings.ts";
import { exerciseQueueLeases } from "./queue-leases.ts";
import { exerciseQueueLists } from "./queue-lists.ts";
import { exerciseQueueOrder } from "./queue-order.ts";
import { exerciseQueueProcesses } from "./queue-processes.ts";
import { exerciseQueueRequests } from "./queue-requests.ts";
import { exerciseQueueSeries } from "./queue-series.ts";

/** What the queue promises on every database. */
export function exerciseQueue(makeDatabase: MakeDatabase): void {
  exerciseQueueOrder(makeDatabase);
  exerciseQueueSeries(makeDatabase);
  exerciseQueueCrowd(makeDatabase);
  exerciseQueueEndings(makeDatabase);
  exerciseQueueRequests(makeDatabase);
  exerciseQueueLeases(makeDatabase);
  exerciseQueueLists(makeDatabase);
  exerciseQueueProcesses(makeDatabase);
  exerciseEffects(makeDatabase);
  exerciseAuditLog(makeDatabase);
}
