import { makeSqlite } from "./database.ts";
import { exerciseDigesting } from "./digesting.ts";

exerciseDigesting(makeSqlite);
