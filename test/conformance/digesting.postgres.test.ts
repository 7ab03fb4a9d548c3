import { makePostgres } from "./database.ts";
import { exerciseDigesting } from "./digesting.ts";

exerciseDigesting(makePostgres);
