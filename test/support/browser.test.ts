import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { findChromium, launchBrowser } from "./browser.ts";

test("a page can be loaded, clicked and read, and nothing runs after the browser was closed", async () => {
  const browser = await launchBrowser();
  const page = await browser.newPage();
  await page.setContent(`<button onclick="this.textContent = 'clicked'">click</button>`);
  await page.getByRole("button").click();
  expect(await page.getByRole("button").textContent()).toBe("clicked");

  const pids = descendantsOf(process.pid).filter((pid) => commandOf(pid).includes("--headless"));
  expect(pids.length).toBeGreaterThan(0);
  await browser.close();

  await expect.poll(() => pids.filter((pid) => commandOf(pid) !== "")).toEqual([]);
});

test.runIf(process.platform === "linux" && process.arch === "x64")(
  "without a Chromium on the machine, npm's serves, with a font of its own",
  async () => {
    const without = ["environment", "debian", "path"] as const;
    const found = await findChromium({ without: [...without] });
    expect(found.source).toBe("npm");
    expect(existsSync(found.path)).toBe(true);

    const browser = await launchBrowser({ without: [...without] });
    try {
      const page = await browser.newPage();
      await page.setContent(
        `<span style="font: 40px 'Open Sans'">iii</span> <span style="font: 40px 'Open Sans'">www</span>`,
      );
      const widths = await page
        .locator("span")
        .evaluateAll((spans) => spans.map((span) => span.getBoundingClientRect().width));
      expect(widths[1]).toBeGreaterThan((widths[0] ?? 0) * 1.5);
    } finally {
      await browser.close();
    }
  },
);

function descendantsOf(pid: number): number[] {
  if (process.platform !== "linux") {
    return execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" })
      .split("\n")
      .filter(Boolean)
      .map(Number);
  }
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const isBelow = (child: number): boolean => {
    const parent = parents.get(child);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Empty for a process that is gone, and for one that only waits to be reaped. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
