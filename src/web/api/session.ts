import { sendJson } from "./request.ts";

/** Trades the API token for a session cookie that scripts cannot read. */
export async function signIn(token: string): Promise<void> {
  await sendJson("POST", "/api/v1/session", { token });
}

export async function signOut(): Promise<void> {
  await sendJson("DELETE", "/api/v1/session");
}
