import { databaseUrlEnv, secretSettings, settings, type Setting } from "../../src/config/settings.ts";
import { code, page, table } from "./markdown.ts";

/** Every setting and every secret: names, form, default, meaning. */
export function configPage(): string {
  return page("Configuration", "[src/config/settings.ts](../../src/config/settings.ts)", [
    "The command line stands over the environment, the environment over `pullwright.yaml`, and that over the default. The file is `pullwright.yaml` in the working directory, or the one that `--config` or `PULLWRIGHT_CONFIG` names. An unknown key in it is an error with its line and the nearest known key; an unknown `PULLWRIGHT_…` variable is a warning. `pullwright config` prints what is in force and where each value came from. [examples/pullwright.yaml](../../examples/pullwright.yaml) has every key.",
    "## Settings",
    "A dot in a key is a level in the file: `app.port` is `port` under `app`. In the environment, lists are written with spaces or commas between.",
    table(
      ["key", "variable", "form", "default", "meaning", "also read"],
      settings.map((setting) => settingRow(setting)),
    ),
    "## Secrets",
    "From the environment or a file, never from `pullwright.yaml`, and never stored. Each variable may also be given as `<variable>_FILE`, naming a file; a webhook's secret before it as `<variable>_PREVIOUS` (or `<variable>_PREVIOUS_FILE`), so that two are live while you rotate. A token is read again when it is used, so a new one in its file counts at once. A file must not be writable by others. The names in the last column are read where ours are not set, for those who come from another system.",
    table(
      ["variable", "meaning", "also read"],
      secretSettings.map(({ env, meaning, aliases }) => [code(env), meaning, aliases.map(code).join(", ") || "—"]),
    ),
    `${code(databaseUrlEnv)} is a secret too, because it holds a password: \`postgres://user:password@host:5432/name\`. Where it is not set, the store is \`pullwright.db\` in the data directory.`,
    "## Sources",
    "`sources.<name>` adds a sender with a path of its own, `/api/webhooks/<provider>/<name>`, a secret of its own, and the repositories it may speak of. The name has lower-case letters, digits and dashes, and is none of `github`, `gitlab`, `ci`, `health`.",
    table(
      ["key", "form", "default", "meaning"],
      [
        [code("provider"), "`github`, `gitlab`, `ci`", "required", "Whose header and signature rules hold."],
        [
          code("secret_ref"),
          "a file name",
          "required",
          "The secret is in `<data_dir>/secrets/<secret_ref>`; the one before it, while you rotate, in `<secret_ref>.previous`. A GitLab secret that begins with `whsec_` is a signing token, any other a plain one.",
        ],
        [
          code("repositories"),
          "a list of `owner/repo`",
          "any",
          "A delivery about another repository ends `dead` with `REPO_NOT_BOUND`.",
        ],
      ],
    ),
  ]);
}

function settingRow(setting: Setting): string[] {
  const also = (setting.aliases ?? []).map(code).join(", ") || "—";
  return [code(setting.key), code(setting.env), formOf(setting), defaultOf(setting), setting.meaning, also];
}

function formOf({ type }: Setting): string {
  switch (type.kind) {
    case "integer":
      return `whole number from ${type.min} to ${type.max}`;
    case "boolean":
      return "`true` or `false`";
    case "choice":
      return type.of.map(code).join(", ");
    case "texts":
      return `list, each ${formOfText(type)}`;
    case "text":
      return formOfText(type);
  }
}

/** A setting says what its text "is", for the sentence of its error. */
function formOfText({ says }: { says?: string }): string {
  return says?.replace(/^is /, "") ?? "text";
}

function defaultOf({ fallback }: Setting): string {
  if (fallback === null) return "not set";
  if (typeof fallback !== "object") return code(String(fallback));
  return fallback.length === 0 ? "none" : fallback.map(code).join(", ");
}
