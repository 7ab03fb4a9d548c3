import type { ServerResponse } from "node:http";
import type { WebhookProvider } from "../../src/domain/delivery.ts";
import { type ErrorCode, errorBody, errorCodes } from "../../src/domain/error.ts";
import { normalise } from "../../src/normalise/normalise.ts";
import { refusals, sendAccepted, sendDuplicate, sendIgnored, sendPong } from "../../src/receive/answers.ts";
import type { ArrivingHeaders } from "../../src/receive/arriving-headers.ts";
import { headersToKeep } from "../../src/receive/headers-kept.ts";
import { knownGithubEvents, knownGitlabEvents } from "../../src/receive/known-events.ts";
import { receiverRoute } from "../../src/receive/webhook-path.ts";
import { code, page, table } from "./markdown.ts";

/** Paths, headers and answers of the receiver, and which events it has a word for. */
export function webhooksPage(): string {
  return page("Webhooks", "[src/receive/](../../src/receive)", [
    "## Paths",
    "Each with or without a slash at its end; a query is left aside. The receiver has these paths and no others. The app has them too, and they need no token there.",
    table(["path", "what it is"], paths.map(pathRow)),
    "## Proof and headers",
    "A webhook is stored only when it is proved to come from somebody who holds the secret. Nothing of a body is parsed before that, nor before the answer.",
    ...(Object.keys(headerRows) as WebhookProvider[]).flatMap(providerParts),
    "## Answers",
    table(["HTTP", "body", "when"], [...successRows(), ...refusalCodes.map(refusalRow)]),
    "503 and 429 come with `Retry-After`, 405 with `Allow`. A request that is refused before its body was read to its end is the last on its connection. What a body says is learned after the answer: one that cannot be understood is answered `accepted` and ends `dead`, see [lifecycle.md](lifecycle.md).",
    "## Events that are understood",
    "Any other event of an authentic sender is stored, answered `ignored` and kept with that reason, because GitLab switches a hook off that meets errors.",
    table(
      ["provider", "events"],
      [
        ["GitHub, `X-GitHub-Event`", [...knownGithubEvents].map(code).join(", ")],
        ["GitLab, `X-Gitlab-Event`", [...knownGitlabEvents].map(code).join(", ")],
        [
          "CircleCI, `type` in the body",
          ["workflow-completed", "job-completed", "ping"].filter(isUsedByCircleci).map(code).join(", "),
        ],
      ],
    ),
  ]);
}

const paths = [
  "/api/webhooks/github",
  "/webhooks/github",
  "/api/webhooks/gitlab",
  "/api/webhooks/ci",
  "/api/webhooks/github/{source}",
  "/api/webhooks/gitlab/{source}",
  "/api/webhooks/ci/{source}",
  "/health",
  "/ready",
  "/webhooks/github/health",
];

const names: Record<WebhookProvider, string> = { github: "GitHub", gitlab: "GitLab", ci: "CI systems" };

/** What a path is, asked of the receiver's own routing. */
function pathRow(path: string): string[] {
  const route = receiverRoute(path.replace("{source}", "my-team"));
  if (route === null) throw new Error(`The receiver has no path ${path}`);
  switch (route.kind) {
    case "webhook":
      return [
        code(`POST ${path}`),
        `${names[route.provider]}${route.sourceName === undefined ? "" : ", one configured source with a secret of its own"}`,
      ];
    case "health":
      return [code(`GET ${path}`), healthMeanings[route.of]];
    case "unknown-source":
      throw new Error(`${path} names no possible source`);
  }
}

const healthMeanings = {
  service: "The process answers.",
  readiness: "200 when the store takes writes and the digester runs, else 503 with the reason.",
  github: "Whether a GitHub secret and a GitHub token are configured.",
};

function providerParts(provider: WebhookProvider): string[] {
  return [
    `### ${names[provider]}`,
    table(["header", "what for"], headerRows[provider]),
    `Stored with the body: ${keptHeaders(provider).map(code).join(", ")}. No other header is kept.`,
  ];
}

const headerRows: Record<WebhookProvider, string[][]> = {
  github: [
    ["`X-Hub-Signature-256`", "`sha256=` and the HMAC-SHA256 of the raw body in lower-case hex. Required."],
    ["`X-GitHub-Delivery`", "The delivery's id. Required."],
    ["`X-GitHub-Event`", "The event. Required."],
    ["`X-GitHub-Hook-ID`", "Which hook; hooks of one organisation share delivery ids."],
    ["`Content-Type`", "`application/json` or `application/x-www-form-urlencoded`."],
  ],
  gitlab: [
    [
      "`webhook-id`, `webhook-timestamp`, `webhook-signature`",
      "With a signing token: `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`, at most five minutes old. Required then, and no plain token counts any more.",
    ],
    ["`X-Gitlab-Token`", "Without a signing token: the plain secret token."],
    ["`X-Gitlab-Event`", "The event. Required."],
    [
      "`Idempotency-Key`, `X-Gitlab-Event-UUID`",
      "The delivery's id where there is no `webhook-id`; the latter together with the body's SHA-256.",
    ],
    ["`X-Gitlab-Webhook-UUID`", "Which hook."],
    ["`Content-Type`", "`application/json`."],
  ],
  ci: [
    [
      "`circleci-signature`",
      "CircleCI: `v1=` and the HMAC-SHA256 of the raw body in lower-case hex. The id is the body's own.",
    ],
    ["`X-Webhook-Signature-256`", "Any other: `sha256=` and the HMAC-SHA256 of the raw body in lower-case hex."],
    ["`X-Delivery-Id`", "The delivery's id. Without it, the body's SHA-256 is the id."],
    ["`Content-Type`", "`application/json`."],
  ],
};

/** Which headers are stored, asked of the receiver with a request that has all of them. */
function keptHeaders(provider: WebhookProvider): string[] {
  const all = new Proxy({} as ArrivingHeaders, { get: () => "x" });
  return Object.keys(headersToKeep(provider, all));
}

function successRows(): string[][] {
  const id = "{delivery_id}";
  return [
    [...sent((response) => sendAccepted(response, id)), "Stored now, and synced to disk before this answer."],
    [...sent((response) => sendDuplicate(response, id)), "Stored before, with the same body."],
    [
      ...sent((response) => sendIgnored(response, id, "{event}")),
      "Authentic and stored, but the event is none that is understood.",
    ],
    [...sent((response) => sendPong(response)), "A ping of GitHub's or CircleCI's. Stored too: it proves the hook."],
  ];
}

/** Status and body of an answer, from the function that writes it. */
function sent(send: (response: ServerResponse) => void): [string, string] {
  const answer = { status: 0, body: "" };
  const response = {
    writeHead: (status: number) => {
      answer.status = status;
    },
    end: (body: string) => {
      answer.body = body;
    },
  };
  send(response as unknown as ServerResponse);
  return [String(answer.status), code(answer.body)];
}

/** Every code that a webhook path answers: those that never change, and those that say more. `test/docs/webhooks.test.ts` looks for others in src/receive. */
const refusalCodes = inOrder([
  "INVALID_SIGNATURE",
  "SOURCE_NOT_CONFIGURED",
  "RATE_LIMITED",
  ...Object.values(refusals).map((refused) => refused.code),
]);

function inOrder(codes: ErrorCode[]): ErrorCode[] {
  return (Object.keys(errorCodes) as ErrorCode[]).filter((one) => codes.includes(one) && one !== "RESOURCE_NOT_FOUND");
}

function refusalRow(refused: ErrorCode): string[] {
  const { status, meaning } = errorCodes[refused];
  return [String(status), code(JSON.stringify(errorBody(refused, "…"))), meaning];
}

/** Asked of the normaliser: a type that it does not use is ignored before any field is read. */
function isUsedByCircleci(type: string): boolean {
  const body = new TextEncoder().encode(JSON.stringify({ type }));
  const input = {
    provider: "ci",
    event: "circleci",
    contentType: "application/json",
    headers: {},
    body,
    receivedAt: "2026-01-01T00:00:00.000Z",
  } as const;
  return normalise(input).kind !== "ignored";
}
