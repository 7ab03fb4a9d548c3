import { sign } from "@octokit/webhooks-methods";

/** GitHub's headers for a body, signed by Octokit's own code and not by ours. `null` in `change` leaves a header out. */
export async function githubHeaders(
  body: string,
  change: Record<string, string | null> = {},
  secret = "mysecret",
): Promise<Record<string, string>> {
  const headers: Record<string, string | null> = {
    "User-Agent": "GitHub-Hookshot/044aadd",
    "Content-Type": "application/json",
    "X-GitHub-Event": "pull_request",
    "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "X-GitHub-Hook-ID": "292430182",
    "X-GitHub-Hook-Installation-Target-ID": "79929171",
    "X-GitHub-Hook-Installation-Target-Type": "repository",
    "X-Hub-Signature": "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6",
    "X-Hub-Signature-256": body === "" ? null : await sign(secret, body),
    ...change,
  };
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null));
}

export const githubBody =
  '{"action":"opened","number":7,"pull_request":{"number":7},"repository":{"id":42,"full_name":"acme/web"}}';
