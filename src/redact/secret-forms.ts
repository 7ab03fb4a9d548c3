/** The texts in which a secret could travel: as it is, and as it looks inside JSON, a URL, a form, HTML, hex and base64, alone or with a user name before it. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret);
  const hex = bytes.toString("hex");
  return [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inUrl,
    inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    inUrl.replaceAll("%20", "+"),
    inHtml(secret),
    hex,
    hex.toUpperCase(),
    ...userNames.flatMap((name) => base64Forms(Buffer.from(name + secret, "utf8").toString("base64"))),
    ...[0, 1, 2].flatMap((offset) => insideBase64(bytes, offset)),
  ];
}

/** What git, GitHub and GitLab put before a token in a basic `Authorization` header; none where it stands alone. */
const userNames = ["", "x-access-token:", "oauth2:", "gitlab-ci-token:", "git:", "x-token-auth:"];

function base64Forms(base64: string): string[] {
  const unpadded = base64.replace(/=+$/, "");
  return [base64, unpadded, unpadded.replaceAll("+", "-").replaceAll("/", "_")];
}

/** In base64 of something longer, the characters that hold nothing but bits of the secret are the same whatever stands around it. */
function insideBase64(bytes: Buffer, offset: number): string[] {
  const base64 = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const stable = base64.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.byteLength) * 8) / 6));
  return stable.length < stableCharactersMin ? [] : base64Forms(stable);
}

/** Fewer characters of base64 may come about by chance. */
const stableCharactersMin = 8;

function inHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
