import { verify } from "@octokit/webhooks-methods";
import { describe, expect, test } from "vitest";
import { normalise } from "../../src/normalise/normalise.ts";
import { shaFor } from "../fakes/github/world.ts";
import { proposal, startGithubUnderTest } from "./github-under-test.ts";
import { startScriptedServer } from "./scripted-server.ts";

const secret = "a-webhook-secret-of-ours";

describe("the fake GitHub's webhooks", () => {
  test("are signed, numbered, and understood by the product, in the order of what happened", async () => {
    await using receiver = await startScriptedServer((response) => response.writeHead(202).end());
    await using github = await startGithubUnderTest();
    const { fake, forge, web } = github;
    fake.arrange.hook("acme/web", `${receiver.origin}/webhooks/github`, secret);

    const { number } = await forge.createPullRequest(web, { ...proposal, draft: false });
    await forge.updatePullRequest(web, number, { title: "Print in grey" });
    await fake.people.push("acme/web", "ann", {
      branch: "topic",
      before: shaFor("topic"),
      after: shaFor("more"),
      commits: [{ id: shaFor("more"), message: "More" }],
    });
    await fake.people.comment("acme/web", "ann", number, "@pullwright why?");
    const issue = await forge.createIssue(web, { title: "Printer", body: "" });
    await forge.updateIssue(web, issue.number, { state: "closed" });
    await fake.people.mergePullRequest("acme/web", "ann", number);
    await fake.hooks.settled();

    const kinds: string[] = [];
    for (const { headers, body } of receiver.heard) {
      expect(await verify(secret, body, String(headers["x-hub-signature-256"]))).toBe(true);
      expect(headers["x-github-delivery"]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      const heard = normalise({
        provider: "github",
        event: String(headers["x-github-event"]),
        contentType: "application/json",
        headers: {},
        body: Buffer.from(body),
        receivedAt: new Date().toISOString(),
      });
      const isUnderstood = heard.kind === "understood" && heard.event.repository?.slug === "acme/web";
      kinds.push(isUnderstood ? heard.event.kind : JSON.stringify(heard));
    }
    expect(kinds).toEqual([
      "github.pull_request.opened",
      "github.pull_request.edited",
      "github.push.branch",
      "github.pull_request.synchronize",
      "github.issue_comment.created",
      "github.issues.opened",
      "github.issues.closed",
      "github.pull_request.closed",
      "github.push.main",
    ]);
    expect(fake.hooks.deliveries.map(({ status }) => status)).toEqual(kinds.map(() => 202));
  });

  test("that are sent again have the same id and body", async () => {
    await using receiver = await startScriptedServer((response) => response.writeHead(202).end());
    await using github = await startGithubUnderTest();
    const { fake } = github;
    fake.arrange.hook("acme/web", receiver.origin, secret);
    await fake.people.openIssue("acme/web", "ann", { title: "Printer", body: "" });
    await fake.hooks.settled();

    const [first] = fake.hooks.deliveries;
    if (first !== undefined) await fake.hooks.resend(first);

    expect(receiver.heard.map(({ headers }) => headers["x-github-delivery"])).toEqual([first?.id, first?.id]);
    expect(receiver.heard[1]?.body).toBe(receiver.heard[0]?.body);
  });
});
