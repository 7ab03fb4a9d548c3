import { afterAll, beforeAll, describe } from "vitest";
import { createDashboard } from "./dashboard-under-test.ts";
import { keyboard } from "./keyboard.ts";
import { looks } from "./looks.ts";
import { outsideText } from "./outside-text.ts";
import { whatCameOfIt } from "./what-came-of-it.ts";
import { whatComesIn } from "./what-comes-in.ts";
import { whatWasNotUnderstood } from "./what-was-not-understood.ts";
import { whatIsDone } from "./what-is-done.ts";
import { whoAskedForIt } from "./who-asked-for-it.ts";
import { whoMayLook } from "./who-may-look.ts";

const dashboard = createDashboard();

beforeAll(() => dashboard.start());
afterAll(() => dashboard.stop());

describe("what comes in", () => {
  whatComesIn(dashboard);
});
describe("what came of it", () => {
  whatCameOfIt(dashboard);
});
describe("what could not be understood", () => {
  whatWasNotUnderstood(dashboard);
});
describe("what is done", () => {
  whatIsDone(dashboard);
});
describe("who asked for it", () => {
  whoAskedForIt(dashboard);
});
describe("who may look", () => {
  whoMayLook(dashboard);
});
describe("the keyboard", () => {
  keyboard(dashboard);
});
describe("text from outside", () => {
  outsideText(dashboard);
});
describe("how it looks", () => {
  looks(dashboard);
});
