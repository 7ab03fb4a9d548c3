import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeSqlite } from "../conformance/database.ts";
import { openWorkshop } from "./workshop.ts";

/** Answers the question that it reads, with what it finds in the copy; and tells what else it could see. */
const reviewer = `#!/bin/sh
prompt=$(cat)
nonce=$(printf '%s' "$prompt" | sed -n 's/.*"run_nonce": "\\([0-9a-f]*\\)".*/\\1/p' | head -n 1)
hash=$(printf '%s' "$prompt" | sed -n 's/.*"diff_sha256": "\\([0-9a-f]*\\)".*/\\1/p' | head -n 1)
line=$(grep -n changed src/client.ts | head -n 1 | cut -d: -f1)
printf '{"schema_version":1,"run_nonce":"%s","diff_sha256":"%s","findings":[{"title":"Changed","body":"It was changed.","priority":1,"confidence_score":1,"code_location":{"absolute_file_path":"src/client.ts","line_range":{"start":%s,"end":%s}},"suggestion":null,"known_id":null}],"overall_correctness":"patch is incorrect","overall_explanation":"Seen by %s in %s.","overall_confidence_score":1}' "$nonce" "$hash" "$line" "$line" "$(id -u)" "$(pwd)"
`;

test("a program reviews from inside the sandbox, with nothing but the copy and the question", async () => {
  await using shop = await openWorkshop("github", makeSqlite, { PULLWRIGHT_REVIEW_AGENT: "command" });
  const program = join(shop.directory, "reviewer");
  await writeFile(program, reviewer);
  await chmod(program, 0o755);
  const { review, repositories, slug, host } = shop.forge;
  const from = (await repositories.refs(slug)).get("refs/heads/main") ?? "";
  const sha = await review.push({
    branch: "topic",
    from,
    message: "Change",
    files: { "src/client.ts": "// changed\n" },
  });
  const number = await review.openPull({ title: "Change", branch: "topic" });
  await shop.work({ env: { PULLWRIGHT_REVIEW_COMMAND: program } });

  const { id } = (await shop.ask("queueCommand", {
    type: "review_pull_request",
    workflow_id: "R-1",
    repository: `${host}/${slug}`,
    payload: { repository: `${host}/${slug}`, pr_number: number, commit_sha: sha },
  })) as { id: number };
  const command = await shop.ended(id);

  expect(command).toMatchObject({ state: "succeeded", result: { verdict: "findings" } });
  expect((await review.comments(number))[0]?.body).toContain("Seen by 65534 in /src");
  expect(await review.threads(number)).toMatchObject([{ path: "src/client.ts", line: 1 }]);
});
