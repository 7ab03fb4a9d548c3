import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { normalise } from "../../src/normalise/normalise.ts";
import { noSecrets, type ReceiverUnderTest, startReceiver } from "../receive/receiver-under-test.ts";
import { type GitlabFake, shaFor, startGitlabFake } from "../../src/demo/local-forge/gitlab/gitlab-fake.ts";

const signingToken = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const path = "group/sub/web";
const topic = { title: "Draft: Add x", description: "Why", sourceBranch: "topic", targetBranch: "main" };
let gitlab: GitlabFake;
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.secrets["gitlab"] = { ...noSecrets, signingTokens: [signingToken] };
  gitlab = await startGitlabFake({ clock: () => receiver.now });
  gitlab.arrange.user("sue");
  gitlab.arrange.project(path, { branches: { main: shaFor("main"), topic: shaFor("topic") } });
  gitlab.arrange.member(path, "sue", "developer");
  gitlab.arrange.token("sue", "glpat-sue");
});
afterEach(async () => {
  await gitlab.close();
  await receiver.stop();
});

function hook(): void {
  gitlab.arrange.hook(path, `http://127.0.0.1:${receiver.port}/api/webhooks/gitlab`, { signingToken });
}

/** What our own normaliser makes of all that was stored. */
function heard(): string[] {
  return receiver.store.deliveries.map((delivery) => {
    const read = normalise({ ...delivery, receivedAt: receiver.now.toISOString() });
    return read.kind === "understood" ? read.event.kind : `${read.kind}: ${JSON.stringify(read)}`;
  });
}

function ask(method: string, endpoint: string, body?: object): Promise<Response> {
  return fetch(`${gitlab.apiBaseUrl}/${endpoint}`, {
    method,
    headers: { "private-token": "glpat-sue", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const requests = `projects/${encodeURIComponent(path)}/merge_requests`;
const asked = { title: "Add x", source_branch: "topic", target_branch: "main" };

describe("webhooks", () => {
  test("of everything that people do are signed, taken by the receiver, and understood", async () => {
    hook();
    const { people } = gitlab;

    const { iid } = await people.openMergeRequest(path, "sue", topic);
    people.editMergeRequest(path, iid, "sue", { title: "Add x" });
    people.editMergeRequest(path, iid, "sue", { title: "Add y" });
    people.comment(path, "MergeRequest", iid, "sue", "@pullwright please look");
    const commits = [{ id: shaFor("new"), message: "Better", timestamp: receiver.now.toISOString() }];
    people.push(path, "sue", { branch: "topic", before: shaFor("topic"), after: shaFor("new"), commits });
    people.push(path, "sue", { branch: "main", before: shaFor("main"), after: shaFor("next"), commits });
    people.closeMergeRequest(path, iid, "sue");
    people.reopenMergeRequest(path, iid, "sue");
    people.mergeMergeRequest(path, iid, "sue", { mergeCommitSha: shaFor("merge") });
    const issue = people.openIssue(path, "sue", { title: "Broken", description: "Since today" });
    people.comment(path, "Issue", issue.iid, "sue", "Still");
    await gitlab.hooks.settled();

    expect(gitlab.hooks.deliveries.map((delivery) => delivery.status)).toEqual(Array(12).fill(202));
    expect(heard()).toEqual([
      "gitlab.pull_request.opened",
      "gitlab.pull_request.ready_for_review",
      "gitlab.pull_request.edited",
      "gitlab.issue_comment.created",
      "gitlab.push.branch",
      "gitlab.pull_request.synchronize",
      "gitlab.push.main",
      "gitlab.pull_request.closed",
      "gitlab.pull_request.reopened",
      "gitlab.pull_request.closed",
      "gitlab.issues.opened",
      "gitlab.issue_comment.created",
    ]);
  });

  test("of what a program does through the API are the same", async () => {
    hook();

    await ask("POST", requests, asked);
    await ask("PUT", `${requests}/1`, { state_event: "close" });
    await ask("POST", `${requests}/1/notes`, { body: "Hello" });
    await gitlab.hooks.settled();

    expect(heard()).toEqual([
      "gitlab.pull_request.opened",
      "gitlab.pull_request.closed",
      "gitlab.issue_comment.created",
    ]);
  });

  test("have a signature that the Standard Webhooks library believes, and that no other body has", async () => {
    receiver.now = new Date();
    hook();
    await gitlab.people.openMergeRequest(path, "sue", topic);
    await gitlab.hooks.settled();
    const [delivery] = gitlab.hooks.deliveries;
    const judge = new Webhook(signingToken);

    expect(() => judge.verify(delivery?.body ?? "", delivery?.headers ?? {})).not.toThrow();
    expect(() => judge.verify(`${delivery?.body} `, delivery?.headers ?? {})).toThrow(/signature/i);
  });

  test("can carry a plain token instead", async () => {
    receiver.secrets["gitlab"] = { ...noSecrets, plainTokens: ["glsecret"] };
    const url = `http://127.0.0.1:${receiver.port}/api/webhooks/gitlab`;
    gitlab.arrange.hook(path, url, { plainToken: "glsecret" });

    await gitlab.people.openMergeRequest(path, "sue", topic);
    await gitlab.hooks.settled();

    expect(gitlab.hooks.deliveries.map((delivery) => delivery.status)).toEqual([202]);
  });

  test("are the same delivery when they are sent again", async () => {
    hook();
    await gitlab.people.openMergeRequest(path, "sue", topic);
    await gitlab.hooks.settled();
    const [first] = gitlab.hooks.deliveries;

    const again = await gitlab.hooks.resend(first as NonNullable<typeof first>);

    expect(again.status).toBe(200);
    expect(receiver.store.deliveries).toHaveLength(1);
  });
});

describe("a fault", () => {
  const iids = () => gitlab.state.projects[0]?.mergeRequests.map((request) => request.iid);

  test.each([
    ["drop-before", "cut", []],
    ["5xx-before", 502, []],
    ["429", 429, []],
    ["html-200", 200, []],
    ["gzip-bomb", 200, []],
    ["redirect", 302, []],
    ["drop-after-commit", "cut", [1]],
    ["5xx-after", 502, [1]],
    ["empty-201", 201, [1]],
    ["wrong-id", 201, [1]],
  ] as const)("%s ends a write with %s and leaves %j behind", async (kind, ending, left) => {
    gitlab.faults.plan({ kind });

    const request = fetch(`${gitlab.apiBaseUrl}/${requests}`, {
      method: "POST",
      redirect: "manual",
      headers: { "private-token": "glpat-sue" },
      body: JSON.stringify(asked),
    });
    const end = await request.then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => "cut",
    );

    expect(end).toBe(ending);
    expect(iids()).toEqual(left);
    expect((await ask("GET", "user")).status).toBe(200);
  });

  test("slow does what was asked and answers when it is told to", async () => {
    gitlab.faults.plan({ kind: "slow" });

    const response = ask("POST", requests, asked);
    await gitlab.faults.whenHeld();
    expect(iids()).toEqual([1]);
    gitlab.faults.release();

    expect((await response).status).toBe(201);
  });

  test("stale-reads shows the past to reads, and never to writes", async () => {
    gitlab.faults.plan({ kind: "stale-reads", times: 2 });

    expect((await ask("POST", requests, asked)).status).toBe(201);
    const lists = [];
    for (let index = 0; index < 3; index += 1) lists.push(await (await ask("GET", requests)).json());

    expect(lists.map((list) => (list as unknown[]).length)).toEqual([0, 0, 1]);
    expect((await ask("POST", requests, asked)).status).toBe(409);
  });

  test("meets the call of its number, or of its kind, and no other", async () => {
    gitlab.faults.plan({ kind: "5xx-before", call: 2 });
    gitlab.faults.plan({ kind: "5xx-before", on: "show-project", status: 503 });

    const statuses = [];
    for (const endpoint of ["user", "user", "user", `projects/${encodeURIComponent(path)}`])
      statuses.push((await ask("GET", endpoint)).status);

    expect(statuses).toEqual([200, 502, 200, 503]);
  });
});

test("lists are given in pages, with GitLab's headers", async () => {
  for (let index = 0; index < 5; index += 1) {
    gitlab.arrange.branch(path, `b${index}`, shaFor(`b${index}`));
    await gitlab.people.openMergeRequest(path, "sue", { ...topic, sourceBranch: `b${index}` });
  }

  const response = await ask("GET", `${requests}?per_page=2&page=2`);

  expect(((await response.json()) as { iid: number }[]).map(({ iid }) => iid)).toEqual([3, 2]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-page": "2",
    "x-next-page": "3",
    "x-total": "5",
    "x-total-pages": "3",
    link: expect.stringContaining(`<${gitlab.apiBaseUrl}/${requests}?per_page=2&page=3>; rel="next"`),
  });
});
