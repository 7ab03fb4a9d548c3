import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A secret that is recognised wherever it turns up. */
export type Canary = { name: string; secret: string };

/** Where a canary was found, and in which dress. */
export type Trace = { canary: string; form: string; place: string };

/** Every canary in this text or these bytes, raw and in the forms in which secrets travel. */
export function tracesIn(place: string, content: string | Uint8Array, canaries: Canary[]): Trace[] {
  const bytes = Buffer.from(content as string);
  return canaries.flatMap((canary) =>
    formsOf(canary.secret)
      .filter(({ text }) => bytes.includes(text))
      .map(({ form }) => ({ canary: canary.name, form, place })),
  );
}

/** The same for every file below a folder, whatever its kind. */
export function tracesInFiles(
  folder: string,
  canaries: Canary[],
  except: (path: string) => boolean = () => false,
): { traces: Trace[]; filesRead: string[] } {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => statSync(join(folder, path)).isFile() && !except(path),
  );
  return {
    traces: paths.flatMap((path) => tracesIn(path, readFileSync(join(folder, path)), canaries)),
    filesRead: paths,
  };
}

/** Worked out here by other means than the redaction's own list, so that the two do not share a mistake. */
function formsOf(secret: string): { form: string; text: string }[] {
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.from("\0".repeat(before) + secret, "latin1").toString("base64");
    // What is left when the characters that also hold bits of the neighbours are cut off.
    return {
      form: `base64 behind ${before} bytes`,
      text: encoded.slice(before === 0 ? 0 : before + 1, (secret.length + before) % 3 === 0 ? undefined : -4),
    };
  });
  return [
    { form: "raw", text: secret },
    ...base64,
    ...base64.map(({ form, text }) => ({
      form: `${form}, for URLs`,
      text: text.replaceAll("+", "-").replaceAll("/", "_"),
    })),
    { form: "basic auth", text: Buffer.from(`x-access-token:${secret}`).toString("base64") },
    { form: "URL-encoded", text: encodeURIComponent(secret) },
    { form: "JSON-escaped", text: JSON.stringify(secret).slice(1, -1) },
    { form: "hex", text: Buffer.from(secret).toString("hex") },
  ];
}
