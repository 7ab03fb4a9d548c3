import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

test("the reference names every command, setting and error code, as they are now", async () => {
  const generate = join(root, "scripts", "generate.ts");

  const result = await promisify(execFile)(process.execPath, [generate, "--check"], { cwd: root }).then(
    () => "up to date",
    (error: { stdout?: string; stderr?: string }) =>
      `run npm run generate:\n${error.stdout ?? ""}${error.stderr ?? ""}`,
  );

  expect(result).toBe("up to date");
});
