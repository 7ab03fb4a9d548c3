import { styleText } from "node:util";

/** What a person reads when something has happened; the first of `text` says it, the others are links and the like below it. */
export type StoryLine = { atSeconds: number; mark: "fine" | "noted" | "wrong"; text: string[] };

/** `0:14  ✓ acme/web#42 opened by …` */
export function shownStoryLine({ atSeconds, mark, text: [line = "", ...below] }: StoryLine): string {
  const time = `${Math.floor(atSeconds / 60)}:${String(Math.floor(atSeconds % 60)).padStart(2, "0")}`;
  const marks = { fine: styleText("green", "✓"), noted: styleText("yellow", "!"), wrong: styleText("red", "✗") };
  return [
    `  ${styleText("dim", time)}  ${marks[mark]} ${line}\n`,
    ...below.map((more) => `          ${styleText("cyan", more)}\n`),
  ].join("");
}
