import { describe, expect, test } from "vitest";
import { buildConfig } from "../../src/config.ts";
import { settings } from "../../src/config/settings.ts";
import { read } from "./documents.ts";

const yaml = read("examples/pullwright.yaml");
const env = read("examples/pullwright.env");

describe("examples/pullwright.yaml", () => {
  test("loads as it is, and changes nothing", () => {
    const config = buildConfig({ configPath: "example" }, {}, () => yaml);

    expect(config.provenance.filter(({ from }) => from.startsWith("example"))).toEqual([]);
  });

  test("loads with everything taken out of its comments", () => {
    const config = buildConfig({ configPath: "example" }, {}, () => withoutMarks(yaml));

    expect(config.sources.map(({ name, provider }) => `${name} ${provider}`)).toEqual([
      "web-team github",
      "jenkins ci",
    ]);
    expect(config.githubListener.port).toBe(8091);
  });

  test("has every setting", () => {
    const config = buildConfig({ configPath: "example" }, {}, () => withoutMarks(yaml));
    const told = config.provenance.filter(({ from }) => from.startsWith("example")).map(({ key }) => key);

    expect(settings.map(({ key }) => key).filter((key) => !told.includes(key))).toEqual([]);
  });

  test("shows the defaults, but for what has none", () => {
    const shown = buildConfig({ configPath: "example" }, {}, () => withoutMarks(yaml));
    const plain = buildConfig({}, {}, () => null);
    const differing = shown.provenance
      .filter(({ key, value }) => plain.provenance.some((other) => other.key === key && other.value !== value))
      .map(({ key }) => key);

    const withDefault = settings.filter(
      ({ fallback }) => fallback !== null && !(Array.isArray(fallback) && fallback.length === 0),
    );
    expect(differing.length).toBeGreaterThan(2);
    expect(withDefault.map(({ key }) => key).filter((key) => differing.includes(key))).toEqual([]);
  });
});

describe("examples/pullwright.env", () => {
  test("sets only what this version knows", () => {
    const variables = Object.fromEntries(
      [...withoutMarks(env).matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
    const config = buildConfig({}, variables, () => null);

    expect(Object.keys(variables).length).toBeGreaterThan(5);
    expect(config.warnings).toEqual([]);
  });
});

/** The text with its commented settings in force. A comment that is a sentence stays one. */
function withoutMarks(text: string): string {
  return text.replaceAll(/^#( ?)((?:  )*)(?=[a-z_-]+:|PULLWRIGHT_)/gm, "$2");
}
