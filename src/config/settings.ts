import { type CommandType, commandTypes } from "../domain/command.ts";

/** How a value is written, in the environment as text or in YAML by its own type. */
export type SettingType =
  | { kind: "text"; pattern?: RegExp; says?: string }
  | { kind: "integer"; min: number; max: number }
  | { kind: "boolean" }
  | { kind: "choice"; of: readonly string[] }
  | { kind: "texts"; pattern?: RegExp; says?: string };

/** One setting: its key in pullwright.yaml, its environment variable, and what it is for. Generates docs/reference/config.md. */
export type Setting = {
  key: string;
  env: string;
  /** Names under which older systems had it; read when the variable is not set. */
  aliases?: readonly string[];
  type: SettingType;
  fallback: string | number | boolean | readonly string[] | null;
  meaning: string;
};

const host = { kind: "text", pattern: /^[A-Za-z0-9.:_-]{1,255}$/, says: "is a host name or an address" } as const;
const port = { kind: "integer", min: 0, max: 65535 } as const;
const branch = { kind: "text", pattern: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/, says: "is a branch's name" } as const;
const branchPrefix = {
  kind: "text",
  pattern: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,100}$/,
  says: "starts with a letter or digit and holds letters, digits, `.`, `_`, `-` and `/`",
} as const;
const remote = { kind: "text", pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/, says: "is a remote's name" } as const;
const apiUrl = { kind: "text", pattern: /^https?:\/\/[^\s@?#]+$/, says: "is an https URL without a user" } as const;
const timeoutSeconds = { kind: "integer", min: 1, max: 300 } as const;
/** Text that git puts into a commit's header: no line break, no angle bracket. */
const identity = {
  kind: "text",
  pattern: /^[^\p{Cc}<>]{1,200}$/u,
  says: "is one line without angle brackets",
} as const;

const namedSettings = [
  {
    key: "data_dir",
    env: "PULLWRIGHT_DATA_DIR",
    type: { kind: "text" },
    fallback: "~/.pullwright",
    meaning: "Where the store, the API token and the secrets directory are. Must be on a local disk.",
  },
  {
    key: "log_level",
    env: "PULLWRIGHT_LOG_LEVEL",
    type: { kind: "choice", of: ["debug", "info", "warn", "error", "silent"] },
    fallback: "info",
    meaning: "How much is logged to standard error.",
  },
  {
    key: "base_url",
    env: "PULLWRIGHT_BASE_URL",
    type: { kind: "text", pattern: /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, says: "is an http or https URL" },
    fallback: null,
    meaning: "Where people reach the dashboard; its host may be asked for, and links in texts start with it.",
  },
  {
    key: "app.host",
    env: "PULLWRIGHT_APP_HOST",
    type: host,
    fallback: "127.0.0.1",
    meaning: "Address of the app: dashboard, API and the webhook paths.",
  },
  {
    key: "app.port",
    env: "PULLWRIGHT_APP_PORT",
    type: port,
    fallback: 8095,
    meaning: "Port of the app; 0 picks a free one and says which.",
  },
  {
    key: "app.allowed_hosts",
    env: "PULLWRIGHT_APP_ALLOWED_HOSTS",
    type: { kind: "texts", pattern: /^[A-Za-z0-9.:_[\]-]{1,255}$/, says: "is a host, with its port where it has one" },
    fallback: [],
    meaning: "Further Host headers that the app answers, as `name` or `name:port`.",
  },
  {
    key: "receiver.host",
    env: "PULLWRIGHT_RECEIVER_HOST",
    type: host,
    fallback: "127.0.0.1",
    meaning: "Address of the receiver, which has webhook paths and health only and so can be exposed.",
  },
  {
    key: "receiver.port",
    env: "PULLWRIGHT_RECEIVER_PORT",
    type: port,
    fallback: 8096,
    meaning: "Port of the receiver; 0 picks a free one and says which.",
  },
  {
    key: "receiver.allow",
    env: "PULLWRIGHT_RECEIVER_ALLOW",
    type: {
      kind: "texts",
      pattern: /^[0-9a-fA-F.:]+(\/\d{1,3})?$/,
      says: "is an address or a network such as 192.30.252.0/22",
    },
    fallback: [],
    meaning: "Addresses and networks that may send; empty: all may, the signature decides.",
  },
  {
    key: "receiver.rate_limit_per_minute",
    env: "PULLWRIGHT_RECEIVER_RATE_LIMIT_PER_MINUTE",
    type: { kind: "integer", min: 0, max: 10_000_000 },
    fallback: 0,
    meaning: "Requests that one address may send in a minute; 0: no limit.",
  },
  {
    key: "webhook_servers.github.enabled",
    env: "PULLWRIGHT_WEBHOOK_SERVERS_GITHUB_ENABLED",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "One more listener for GitHub alone, as Sprinter had.",
  },
  {
    key: "webhook_servers.github.host",
    env: "PULLWRIGHT_WEBHOOK_SERVERS_GITHUB_HOST",
    type: host,
    fallback: "127.0.0.1",
    meaning: "Its address.",
  },
  {
    key: "webhook_servers.github.port",
    env: "PULLWRIGHT_WEBHOOK_SERVERS_GITHUB_PORT",
    type: port,
    fallback: 8091,
    meaning: "Its port.",
  },
  {
    key: "webhook_servers.github.path",
    env: "PULLWRIGHT_WEBHOOK_SERVERS_GITHUB_PATH",
    type: { kind: "text", pattern: /^\/[A-Za-z0-9/_-]{0,200}$/, says: "is a path that starts with /" },
    fallback: "/webhooks/github",
    meaning: "Its path.",
  },
  {
    key: "ca_file",
    env: "PULLWRIGHT_CA_FILE",
    type: { kind: "text" },
    fallback: null,
    meaning: "Certificate authorities (PEM) of a self-hosted forge, for its API and for git.",
  },
  {
    key: "github.owner",
    env: "PULLWRIGHT_GITHUB_OWNER",
    aliases: ["SPRINTER_GITHUB_OWNER"],
    type: { kind: "text", pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/, says: "is an account's name" },
    fallback: null,
    meaning: "Owner of the repository that work goes to when neither payload nor checkout names one.",
  },
  {
    key: "github.repo",
    env: "PULLWRIGHT_GITHUB_REPO",
    aliases: ["SPRINTER_GITHUB_REPO"],
    type: { kind: "text", pattern: /^[A-Za-z0-9_.-]{1,100}$/, says: "is a repository's name" },
    fallback: null,
    meaning: "Its name.",
  },
  {
    key: "github.base_branch",
    env: "PULLWRIGHT_GITHUB_BASE_BRANCH",
    aliases: ["SPRINTER_GITHUB_BASE_BRANCH"],
    type: branch,
    fallback: "main",
    meaning: "The branch that pull requests go to; never committed to.",
  },
  {
    key: "github.remote",
    env: "PULLWRIGHT_GITHUB_REMOTE",
    aliases: ["SPRINTER_GITHUB_REMOTE"],
    type: remote,
    fallback: "origin",
    meaning: "Which remote of a checkout says where its work goes.",
  },
  {
    key: "github.branch_prefix",
    env: "PULLWRIGHT_GITHUB_BRANCH_PREFIX",
    aliases: ["SPRINTER_GITHUB_BRANCH_PREFIX"],
    type: branchPrefix,
    fallback: "pullwright/",
    meaning: "How the names of our branches start.",
  },
  {
    key: "github.draft_pr",
    env: "PULLWRIGHT_GITHUB_DRAFT_PR",
    aliases: ["SPRINTER_GITHUB_DRAFT_PR"],
    type: { kind: "boolean" },
    fallback: true,
    meaning: "Whether pull requests are opened as drafts.",
  },
  {
    key: "github.api_base_url",
    env: "PULLWRIGHT_GITHUB_API_BASE_URL",
    aliases: ["SPRINTER_GITHUB_API_BASE_URL"],
    type: apiUrl,
    fallback: null,
    meaning:
      "GitHub Enterprise: `https://host/api/v3`. Its host and port are then GitHub's too. Plain http for loopback addresses only.",
  },
  {
    key: "github.request_timeout_seconds",
    env: "PULLWRIGHT_GITHUB_REQUEST_TIMEOUT_SECONDS",
    aliases: ["SPRINTER_GITHUB_REQUEST_TIMEOUT_SECONDS"],
    type: timeoutSeconds,
    fallback: 20,
    meaning: "How long one call may take.",
  },
  {
    key: "github.app_id",
    env: "PULLWRIGHT_GITHUB_APP_ID",
    type: { kind: "text", pattern: /^[1-9]\d{0,15}$/, says: "is a number" },
    fallback: null,
    meaning: "A GitHub App instead of a token: its id.",
  },
  {
    key: "github.app_private_key_file",
    env: "PULLWRIGHT_GITHUB_APP_PRIVATE_KEY_FILE",
    type: { kind: "text" },
    fallback: null,
    meaning: "The file with the App's private key (PEM), readable by its owner alone.",
  },
  {
    key: "gitlab.project",
    env: "PULLWRIGHT_GITLAB_PROJECT",
    type: { kind: "text", pattern: /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/, says: "is group/project" },
    fallback: null,
    meaning: "The project that work goes to when neither payload nor checkout names one.",
  },
  {
    key: "gitlab.base_branch",
    env: "PULLWRIGHT_GITLAB_BASE_BRANCH",
    type: branch,
    fallback: "main",
    meaning: "The branch that merge requests go to; never committed to.",
  },
  {
    key: "gitlab.remote",
    env: "PULLWRIGHT_GITLAB_REMOTE",
    type: remote,
    fallback: "origin",
    meaning: "Which remote of a checkout says where its work goes.",
  },
  {
    key: "gitlab.branch_prefix",
    env: "PULLWRIGHT_GITLAB_BRANCH_PREFIX",
    type: branchPrefix,
    fallback: "pullwright/",
    meaning: "How the names of our branches start.",
  },
  {
    key: "gitlab.draft_pr",
    env: "PULLWRIGHT_GITLAB_DRAFT_PR",
    type: { kind: "boolean" },
    fallback: true,
    meaning: "Whether merge requests are opened as drafts.",
  },
  {
    key: "gitlab.api_base_url",
    env: "PULLWRIGHT_GITLAB_API_BASE_URL",
    type: apiUrl,
    fallback: null,
    meaning: "Self-hosted GitLab: `https://host/api/v4`. Plain http for loopback addresses only.",
  },
  {
    key: "gitlab.request_timeout_seconds",
    env: "PULLWRIGHT_GITLAB_REQUEST_TIMEOUT_SECONDS",
    type: timeoutSeconds,
    fallback: 20,
    meaning: "How long one call may take.",
  },
  {
    key: "git.author_name",
    env: "PULLWRIGHT_GIT_AUTHOR_NAME",
    type: identity,
    fallback: "pullwright",
    meaning: "Author and committer of our commits.",
  },
  {
    key: "git.author_email",
    env: "PULLWRIGHT_GIT_AUTHOR_EMAIL",
    type: identity,
    fallback: "pullwright@localhost",
    meaning: "Their e-mail address.",
  },
  {
    key: "git.auth",
    env: "PULLWRIGHT_GIT_AUTH",
    type: { kind: "choice", of: ["header", "askpass"] },
    fallback: "header",
    meaning: "How git gets the token over https: in a header for that host alone, or through an askpass helper.",
  },
  {
    key: "git.credential_helper",
    env: "PULLWRIGHT_GIT_CREDENTIAL_HELPER",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "Where no token is configured: ask the person's own credential helper, outside the job.",
  },
  {
    key: "git.ssh_key_file",
    env: "PULLWRIGHT_GIT_SSH_KEY_FILE",
    type: { kind: "text" },
    fallback: null,
    meaning: "A deploy key for ssh remotes.",
  },
  {
    key: "git.known_hosts_file",
    env: "PULLWRIGHT_GIT_KNOWN_HOSTS_FILE",
    type: { kind: "text" },
    fallback: null,
    meaning: "The host keys that ssh remotes must have.",
  },
  {
    key: "safety.auto_execute_after_plan",
    env: "PULLWRIGHT_SAFETY_AUTO_EXECUTE_AFTER_PLAN",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "A workflow's plan is executed without a further word.",
  },
  {
    key: "safety.auto_create_pr_after_execution",
    env: "PULLWRIGHT_SAFETY_AUTO_CREATE_PR_AFTER_EXECUTION",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "An executed plan becomes a pull request without a further word.",
  },
  {
    key: "safety.auto_review_after_pr",
    env: "PULLWRIGHT_SAFETY_AUTO_REVIEW_AFTER_PR",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "Pull requests are reviewed without a further word: ours, and those that webhooks tell of.",
  },
  {
    key: "review.agent",
    env: "PULLWRIGHT_REVIEW_AGENT",
    type: { kind: "choice", of: ["codex", "claude", "command"] },
    fallback: null,
    meaning:
      "Who reviews, and who executes plans where no program does: OpenAI's Codex, Anthropic's Claude Code, or a program that reads a prompt and writes an answer.",
  },
  {
    key: "review.command",
    env: "PULLWRIGHT_REVIEW_COMMAND",
    type: { kind: "text" },
    fallback: null,
    meaning: "The program, or where the agent's command line is when it is not on PATH.",
  },
  {
    key: "review.args",
    env: "PULLWRIGHT_REVIEW_ARGS",
    type: { kind: "texts" },
    fallback: [],
    meaning: "The program's arguments, with `command`.",
  },
  {
    key: "review.model",
    env: "PULLWRIGHT_REVIEW_MODEL",
    type: { kind: "text", pattern: /^[A-Za-z0-9][A-Za-z0-9._:/[\]-]{0,100}$/, says: "is a model's name" },
    fallback: null,
    meaning: "The model that the agent uses; its own choice unless told.",
  },
  {
    key: "review.sandbox",
    env: "PULLWRIGHT_REVIEW_SANDBOX",
    type: { kind: "choice", of: ["read-only"] },
    fallback: "read-only",
    meaning: "What a reviewer may do with the files. There is no other value.",
  },
  {
    key: "review.timeout_seconds",
    env: "PULLWRIGHT_REVIEW_TIMEOUT_SECONDS",
    type: { kind: "integer", min: 10, max: 7200 },
    fallback: 900,
    meaning: "How long the reading of a pull request may take.",
  },
  {
    key: "review.inline_comments_max",
    env: "PULLWRIGHT_REVIEW_INLINE_COMMENTS_MAX",
    type: { kind: "integer", min: 0, max: 30 },
    fallback: 6,
    meaning: "How many findings become comments at their lines; the rest stands in the summary.",
  },
  {
    key: "review.inline_priority",
    env: "PULLWRIGHT_REVIEW_INLINE_PRIORITY",
    type: { kind: "choice", of: ["P0", "P1", "P2", "P3"] },
    fallback: "P2",
    meaning: "The least priority of a finding that becomes a comment at its line.",
  },
  {
    key: "review.gating",
    env: "PULLWRIGHT_REVIEW_GATING",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "Whether findings of P0 and P1 make the check fail; otherwise it is neutral.",
  },
  {
    key: "review.forks",
    env: "PULLWRIGHT_REVIEW_FORKS",
    type: { kind: "boolean" },
    fallback: false,
    meaning: "Whether pull requests from forks of public repositories are reviewed without somebody's asking.",
  },
  {
    key: "review.rounds_max",
    env: "PULLWRIGHT_REVIEW_ROUNDS_MAX",
    type: { kind: "integer", min: 1, max: 1000 },
    fallback: 20,
    meaning: "How many commits of one pull request are reviewed without somebody's asking.",
  },
  {
    key: "review.usd_per_pull_request_max",
    env: "PULLWRIGHT_REVIEW_USD_PER_PULL_REQUEST_MAX",
    type: { kind: "integer", min: 0, max: 100_000 },
    fallback: 10,
    meaning:
      "What the reviews of one pull request may cost, in US dollars; 0: no limit. A cost that is not known counts as nothing.",
  },
  {
    key: "review.usd_per_day_max",
    env: "PULLWRIGHT_REVIEW_USD_PER_DAY_MAX",
    type: { kind: "integer", min: 0, max: 1_000_000 },
    fallback: 100,
    meaning: "What all reviews of a day (UTC) may cost, in US dollars; 0: no limit.",
  },
  {
    key: "agent.sandbox",
    env: "PULLWRIGHT_AGENT_SANDBOX",
    type: { kind: "choice", of: ["required", "none-i-accept-the-risk"] },
    fallback: "required",
    meaning:
      "Without a sandbox no agent is run. The other value runs agents unguarded: whatever a pull request tells them to do, they can do on this machine.",
  },
  {
    key: "agent.show_paths",
    env: "PULLWRIGHT_AGENT_SHOW_PATHS",
    type: { kind: "texts", pattern: /^\//, says: "is an absolute path" },
    fallback: [],
    meaning: "Further files and folders that an agent's program needs, shown in the sandbox and not to be changed.",
  },
  {
    key: "agent.openai_base_url",
    env: "PULLWRIGHT_AGENT_OPENAI_BASE_URL",
    type: apiUrl,
    fallback: "https://api.openai.com/v1",
    meaning: "Where OpenAI's API is, or one that speaks as it does.",
  },
  {
    key: "agent.anthropic_base_url",
    env: "PULLWRIGHT_AGENT_ANTHROPIC_BASE_URL",
    type: apiUrl,
    fallback: "https://api.anthropic.com",
    meaning: "Where Anthropic's API is, or one that speaks as it does.",
  },
] as const satisfies Setting[];

export type SettingKey = (typeof namedSettings)[number]["key"] | `workers.${CommandType}.${WorkerSettingName}`;

type WorkerSettingName =
  | "enabled"
  | "instances"
  | "timeout_seconds"
  | "max_attempts"
  | "command"
  | "args"
  | "environment";

/** What may be said of the worker of one command type: `workers.<type>.…`. */
function workerSettings(type: CommandType): Setting[] {
  const setting = (name: WorkerSettingName, rest: Omit<Setting, "key" | "env">): Setting => ({
    key: `workers.${type}.${name}`,
    env: `PULLWRIGHT_WORKERS_${type.toUpperCase()}_${name.toUpperCase()}`,
    ...rest,
  });
  const { instances, timeoutSeconds: seconds } = workerDefaults[type];
  return [
    setting("enabled", {
      type: { kind: "boolean" },
      fallback: true,
      meaning: `Whether \`${type}\` commands are performed here.`,
    }),
    setting("instances", {
      type: { kind: "integer", min: 1, max: 64 },
      fallback: instances,
      meaning: "How many at a time.",
    }),
    setting("timeout_seconds", {
      type: { kind: "integer", min: 1, max: 86_400 },
      fallback: seconds,
      meaning: "How long an attempt may take.",
    }),
    setting("max_attempts", {
      type: { kind: "integer", min: 1, max: 20 },
      fallback: 3,
      meaning: "How often it is tried.",
    }),
    setting("command", {
      type: { kind: "text" },
      fallback: null,
      meaning: "A program that performs them instead of the built-in worker; docs/operate.md has the protocol.",
    }),
    setting("args", { type: { kind: "texts" }, fallback: [], meaning: "Its arguments." }),
    setting("environment", {
      type: { kind: "texts", pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, says: "is a variable's name" },
      fallback: [],
      meaning: "Variables of the service's own environment that the program gets to see; nothing else is passed on.",
    }),
  ];
}

const workerDefaults: Record<CommandType, { instances: number; timeoutSeconds: number }> = {
  execute_plan: { instances: 1, timeoutSeconds: 1800 },
  create_pull_request: { instances: 4, timeoutSeconds: 300 },
  review_pull_request: { instances: 2, timeoutSeconds: 900 },
};

/** Every setting that is not a secret, in the order in which `pullwright config` prints them. */
export const settings: readonly Setting[] = [...namedSettings, ...commandTypes.flatMap(workerSettings)];

/** A secret: its variable, what else it may come from, and what it is for. Each may also be given as `<env>_FILE`; a webhook's previous one as `<env>_PREVIOUS`. */
export type SecretSetting = {
  name:
    | "githubWebhook"
    | "gitlabWebhook"
    | "gitlabSigningToken"
    | "ciWebhook"
    | "circleciWebhook"
    | "githubToken"
    | "gitlabToken"
    | "openaiApiKey"
    | "anthropicApiKey";
  env: string;
  aliases: string[];
  meaning: string;
};

export const secretSettings: SecretSetting[] = [
  {
    name: "githubWebhook",
    env: "PULLWRIGHT_GITHUB_WEBHOOK_SECRET",
    aliases: ["GITHUB_WEBHOOK_SECRET", "SPRINTER_GITHUB_WEBHOOK_SECRET", "STACKUNDERFLOW_GITHUB_WEBHOOK_SECRET"],
    meaning: "The secret of GitHub's webhooks.",
  },
  {
    name: "gitlabWebhook",
    env: "PULLWRIGHT_GITLAB_WEBHOOK_SECRET",
    aliases: ["STACKUNDERFLOW_GITLAB_WEBHOOK_SECRET"],
    meaning: "GitLab's plain secret token. Not looked at once a signing token is set.",
  },
  {
    name: "gitlabSigningToken",
    env: "PULLWRIGHT_GITLAB_SIGNING_TOKEN",
    aliases: [],
    meaning: "GitLab's signing token, `whsec_…`.",
  },
  {
    name: "ciWebhook",
    env: "PULLWRIGHT_CI_WEBHOOK_SECRET",
    aliases: ["STACKUNDERFLOW_CI_WEBHOOK_SECRET"],
    meaning: "The secret with which other CI systems sign the generic body.",
  },
  {
    name: "circleciWebhook",
    env: "PULLWRIGHT_CIRCLECI_WEBHOOK_SECRET",
    aliases: [],
    meaning: "The secret of CircleCI's webhooks.",
  },
  {
    name: "githubToken",
    env: "PULLWRIGHT_GITHUB_TOKEN",
    aliases: ["SPRINTER_GITHUB_TOKEN", "GITHUB_ACCESS_TOKEN", "STACKUNDERFLOW_GITHUB_TOKEN"],
    meaning: "The token for GitHub's API and for git over https: contents and pull requests, read and write.",
  },
  {
    name: "gitlabToken",
    env: "PULLWRIGHT_GITLAB_TOKEN",
    aliases: [],
    meaning: "The token for GitLab's API and for git over https: scope `api`, role Developer.",
  },
  {
    name: "openaiApiKey",
    env: "PULLWRIGHT_OPENAI_API_KEY",
    aliases: [],
    meaning:
      "The key for OpenAI's API. Agents never see it: a proxy outside their sandbox adds it. Without it Codex's own login is used.",
  },
  {
    name: "anthropicApiKey",
    env: "PULLWRIGHT_ANTHROPIC_API_KEY",
    aliases: [],
    meaning:
      "The key for Anthropic's API, kept from agents in the same way. Without it Claude Code's own login is used.",
  },
];

/** The URL holds a password, so it is a secret; where it is absent, the store is the file in the data directory. */
export const databaseUrlEnv = "PULLWRIGHT_DATABASE_URL";
