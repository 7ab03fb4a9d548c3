import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseSecret, readSecretRef } from "./secret-files.ts";

const root = mkdtempSync(join(tmpdir(), "pullwright-secrets-"));
const secrets = join(root, "secrets");
mkdirSync(secrets, { mode: 0o700 });
afterAll(() => rmSync(root, { recursive: true }));

const codeOf = (read: () => string): string => {
  try {
    return read();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
};

test("exactly one line end is taken off a secret, and nothing else", () => {
  expect(parseSecret("  s \r\n", "x")).toBe("  s ");
  expect(codeOf(() => parseSecret("s\n\n", "x"))).toBe("SECRET_MALFORMED");
  for (const text of ["", "\n", "a\0b", "ünï", "a\nb", "a\tb"])
    expect(codeOf(() => parseSecret(text, "x"))).toBe("SECRET_MALFORMED");
});

test("a reference is a name, never a path", () => {
  for (const ref of ["../x", "/etc/passwd", "a/b", "", ".", "..", "%2e", "a\0b", "x".repeat(300), ".hidden"])
    expect(codeOf(() => readSecretRef(secrets, ref))).toBe("SECRET_NOT_FOUND");
});

test("a link inside the directory is followed, one that leads out is not", () => {
  mkdirSync(join(secrets, "data"), { mode: 0o700 });
  writeFileSync(join(secrets, "data", "real"), "inside\n", { mode: 0o600 });
  symlinkSync(join("data", "real"), join(secrets, "linked"));
  writeFileSync(join(root, "outside"), "outside\n", { mode: 0o600 });
  symlinkSync(join(root, "outside"), join(secrets, "escaping"));

  expect(readSecretRef(secrets, "linked")).toBe("inside");
  expect(codeOf(() => readSecretRef(secrets, "escaping"))).toBe("SECRET_NOT_FOUND");
  expect(codeOf(() => readSecretRef(secrets, "data"))).toBe("SECRET_NOT_FOUND");
});

test.skipIf(process.platform === "win32")("a secret that others may write is refused", () => {
  const path = join(secrets, "loose");
  writeFileSync(path, "s\n");
  chmodSync(path, 0o666);

  expect(codeOf(() => readSecretRef(secrets, "loose"))).toBe("SECRET_EXPOSED");
});
