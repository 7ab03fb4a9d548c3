import type { Command } from "@commander-js/extra-typings";
export function addDemoCommand(_program: Command): void {}
