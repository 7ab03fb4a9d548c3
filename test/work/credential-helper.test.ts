import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorkshop, logText } from "./workshop.ts";

/** A person's git settings, with a helper that knows the token. */
async function giveHelper(home: string, token: string): Promise<void> {
  const helper = join(home, "helper.sh");
  await writeFile(helper, `#!/bin/sh\ncat > /dev/null\nprintf 'username=ann\\npassword=%s\\n' '${token}'\n`, {
    mode: 0o755,
  });
  await writeFile(join(home, ".gitconfig"), `[credential]\n\thelper = ${helper}\n`);
}

test("where no token is configured, the person's own credential helper is asked if they said so", async () => {
  await using shop = await openWorkshop("gitlab");
  await giveHelper(shop.directory, shop.forge.token);
  await shop.write({ "src/client.ts": "export const retries = 3;\n", "commit_log.md": logText });
  await shop.work({
    env: { HOME: shop.directory, PULLWRIGHT_GITLAB_TOKEN: "", PULLWRIGHT_GIT_CREDENTIAL_HELPER: "true" },
  });

  const command = await shop.run();

  expect(command).toMatchObject({ state: "succeeded" });
  expect(await shop.forge.pulls()).toHaveLength(1);
});

test("and nobody's helper is asked when they did not: the command waits, and says for what", async () => {
  await using shop = await openWorkshop("gitlab");
  await giveHelper(shop.directory, shop.forge.token);
  await shop.write({ "src/client.ts": "export const retries = 3;\n", "commit_log.md": logText });
  const waited = Promise.withResolvers<void>();
  await shop.work({ env: { HOME: shop.directory, PULLWRIGHT_GITLAB_TOKEN: "" } }, (step) => {
    if (step === "settle.after") waited.resolve();
  });

  const id = await shop.put();
  await waited.promise;

  let command = await shop.store.commands.get(id);
  while (command?.outcome_code === null) {
    await new Promise(setImmediate);
    command = await shop.store.commands.get(id);
  }
  expect(command).toMatchObject({ state: "queued", outcome_code: "GITLAB_NOT_CONFIGURED", attempt: 0 });
  expect(shop.forge.pushed()).toEqual([]);
});
