import { createHash, createHmac } from "node:crypto";

/** Signature headers that a sender without the secret might try on a body, and mistakes that a sender with it might make. None may pass. `null`: no header. */
export function githubForgeries(body: string, secret: string): [what: string, signature: string | null][] {
  const right = createHmac("sha256", secret).update(body).digest("hex");
  return [
    ["is missing", null],
    ["is empty", ""],
    ["is a prefix and nothing", "sha256="],
    ["is a digit short", `sha256=${right.slice(1)}`],
    ["is its own beginning", `sha256=${right.slice(0, 32)}`],
    ["is a digit long", `sha256=${right}0`],
    ["is in capitals", `sha256=${right.toUpperCase()}`],
    ["has a prefix in capitals", `SHA256=${right}`],
    ["has no prefix", right],
    ["has another prefix", `sha512=${right}`],
    ["has a space inside", `sha256= ${right}`],
    ["has something after it", `sha256=${right};v=1`],
    ["is two in one", `sha256=${right},sha256=${right}`],
    ["is base64", `sha256=${createHmac("sha256", secret).update(body).digest("base64")}`],
    ["is not hex", `sha256=${"g".repeat(64)}`],
    ["ends in a letter above ASCII", `sha256=${right.slice(0, 63)}\u00e9`],
    ["is of another secret", `sha256=${createHmac("sha256", `your${secret}`).update(body).digest("hex")}`],
    ["is of an empty secret", `sha256=${createHmac("sha256", "").update(body).digest("hex")}`],
    ["is of no secret at all", `sha256=${createHash("sha256").update(body).digest("hex")}`],
    ["is of another body", `sha256=${createHmac("sha256", secret).update(`${body} `).digest("hex")}`],
    [
      "is of the body written anew",
      `sha256=${createHmac("sha256", secret)
        .update(JSON.stringify(JSON.parse(body)))
        .digest("hex")}`,
    ],
    ["differs in its last digit", `sha256=${right.slice(0, 63)}${right.endsWith("0") ? "1" : "0"}`],
    ["differs in its first digit", `sha256=${right.startsWith("0") ? "1" : "0"}${right.slice(1)}`],
    ["is all zeros", `sha256=${"0".repeat(64)}`],
  ];
}
