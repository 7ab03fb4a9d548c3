import { parentPort } from "node:worker_threads";
import { answerBatches } from "./answer-batches.ts";
import { normalise } from "./normalise.ts";

// The code of the thread that normaliser.ts starts.
if (parentPort !== null) answerBatches(parentPort, normalise);
