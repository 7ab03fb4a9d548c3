import type { z } from "zod";
import type { eventRow } from "../../operations/events.ts";

/** A row of `GET /api/v1/events`, and the data of one `event` message of the live stream. Its summary is made of outside text. */
export type EventRow = z.output<typeof eventRow>;
