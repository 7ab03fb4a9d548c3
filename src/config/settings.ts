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
  type: SettingType;
  fallback: string | number | boolean | readonly string[] | null;
  meaning: string;
};

const host = { kind: "text", pattern: /^[A-Za-z0-9.:_-]{1,255}$/, says: "is a host name or an address" } as const;
const port = { kind: "integer", min: 0, max: 65535 } as const;

/** Every setting that is not a secret, in the order in which `pullwright config` prints them. */
export const settings = [
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
] as const satisfies Setting[];

/** A webhook secret: its variable, what else it may come from, and what it is for. Each may also be given as `<env>_FILE`, and the one before as `<env>_PREVIOUS`. */
export type SecretSetting = {
  name: "githubWebhook" | "gitlabToken" | "gitlabSigningToken" | "ciWebhook" | "circleciWebhook";
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
    name: "gitlabToken",
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
];

/** The URL holds a password, so it is a secret; where it is absent, the store is the file in the data directory. */
export const databaseUrlEnv = "PULLWRIGHT_DATABASE_URL";
