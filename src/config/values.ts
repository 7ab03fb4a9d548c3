import { PullwrightError } from "../domain/error.ts";
import type { Setting } from "./settings.ts";

/** A setting's value out of text. Strict: ` 5 `, `1e3` and `5s` are no integers, and the message names the variable. */
export function parseEnvValue(setting: Setting, text: string, where: string): unknown {
  switch (setting.type.kind) {
    case "integer":
      return checkInteger(/^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : Number.NaN, setting, where, text);
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw refusal(where, text, "is `true` or `false`");
    case "texts":
      return text
        .split(/[\s,]+/)
        .filter((part) => part !== "")
        .map((part) => checkText(part, setting, where));
    case "text":
    case "choice":
      return checkText(text, setting, where);
  }
}

/** A setting's value out of YAML, where numbers and truth have types of their own and a string stays a string. */
export function parseYamlValue(setting: Setting, value: unknown, where: string): unknown {
  switch (setting.type.kind) {
    case "integer":
      return checkInteger(typeof value === "number" ? value : Number.NaN, setting, where, value);
    case "boolean":
      if (typeof value === "boolean") return value;
      throw refusal(where, value, "is `true` or `false`");
    case "texts":
      if (Array.isArray(value)) return value.map((part: unknown) => checkText(part, setting, where));
      throw refusal(where, value, "is a list of texts");
    case "text":
    case "choice":
      return checkText(value, setting, where);
  }
}

function checkInteger(value: number, setting: Setting, where: string, given: unknown): number {
  const { type } = setting;
  if (type.kind !== "integer" || !Number.isInteger(value) || value < type.min || value > type.max) {
    throw refusal(
      where,
      given,
      type.kind === "integer" ? `is a whole number from ${type.min} to ${type.max}` : "is a number",
    );
  }
  return value;
}

function checkText(value: unknown, setting: Setting, where: string): string {
  const { type } = setting;
  if (typeof value !== "string" || value === "") throw refusal(where, value, "is text; put it in quotes");
  if (type.kind === "choice" && !type.of.includes(value))
    throw refusal(where, value, `is one of ${type.of.join(", ")}`);
  if ((type.kind === "text" || type.kind === "texts") && type.pattern !== undefined && !type.pattern.test(value))
    throw refusal(where, value, type.says ?? "has another form");
  return value;
}

function refusal(where: string, given: unknown, expected: string): PullwrightError {
  return new PullwrightError(
    "CONFIG_INVALID",
    `${where}: ${JSON.stringify(given)?.slice(0, 100)} will not do; the value ${expected}.`,
  );
}
