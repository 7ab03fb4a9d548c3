/** One line of `git push --porcelain`: `*` new, `=` there already, a space or `+` moved, `!` refused; the summary says why. */
export type PushReportLine = { flag: "*" | "=" | " " | "+" | "!"; summary: string };

/** The line about one ref, or null when git did not get as far. */
export function readPushReport(stdout: Buffer, ref: string): PushReportLine | null {
  for (const line of stdout.toString("utf8").split("\n")) {
    const [flag = "", pair = "", summary = ""] = line.split("\t");
    if (!pair.endsWith(`:${ref}`)) continue;
    switch (flag) {
      case "*":
      case "=":
      case " ":
      case "+":
      case "!":
        return { flag, summary };
    }
  }
  return null;
}
