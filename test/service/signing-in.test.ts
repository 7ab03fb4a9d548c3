import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service[Symbol.asyncDispose]());

describe("signing in", () => {
  test("works once with a link, and its cookie is out of reach of scripts and other sites", async () => {
    await service.restart();
    const link = new URL(service.signInUrl);

    const first = await service.ask(link.pathname + link.search);
    const second = await service.ask(link.pathname + link.search);

    expect(first.status).toBe(200);
    expect(first.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^pullwright_session=\d{10}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/),
    ]);
    expect(first.headers["cache-control"]).toBe("no-store");
    expect(first.text).not.toContain(service.token);
    expect(second.status).toBe(303);
    expect(second.headers["set-cookie"]).toBeUndefined();
  });

  test("leads nowhere but to the dashboard, whatever the link says", async () => {
    for (const extra of [
      "next=//evil.com",
      "next=https://evil.com",
      "redirect=//evil.com",
      "return_to=%2F%2Fevil.com",
    ]) {
      const answer = await service.ask(`/sign-in?code=wrong&${extra}`);
      expect([answer.status, answer.headers.location]).toEqual([303, "/?sign-in=expired"]);
    }
    for (const code of ["", "code=", "code=a&code=b", "code[]=x", "code=%00"])
      expect((await service.ask(`/sign-in?${code}`)).headers["set-cookie"]).toBeUndefined();
  });

  test("works with the token, and not with another", async () => {
    const json = { "content-type": "application/json" };
    const right = await service.ask("/api/v1/session", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ token: service.token }),
    });
    const wrong = await service.ask("/api/v1/session", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ token: "pw_guess" }),
    });
    const tooMuch = await service.ask("/api/v1/session", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ token: service.token, more: 1 }),
    });
    const asAForm = await service.ask("/api/v1/session", {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ token: service.token }),
    });
    const out = await service.ask("/api/v1/session", { method: "DELETE" });

    expect([right.status, wrong.status, tooMuch.status, asAForm.status, out.status]).toEqual([204, 401, 422, 415, 204]);
    expect(right.headers["set-cookie"]?.[0]).toContain("HttpOnly");
    expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
  });

  test("a session with a changed end or a changed signature is none", async () => {
    const cookie = await signIn();
    const [, expiry = "", signature = ""] = /=(\d+)\.(.+)/.exec(cookie) ?? [];
    const changed = [
      `${Number(expiry) + 1}.${signature}`,
      `${expiry}.${signature.slice(0, -1)}${signature.endsWith("A") ? "B" : "A"}`,
      `${expiry}.`,
      `.${signature}`,
      expiry,
      `9999999999.${signature}`,
    ];

    for (const value of changed)
      expect((await service.ask("/api/v1/prs", { headers: { cookie: `pullwright_session=${value}` } })).status).toBe(
        401,
      );
    expect((await service.ask("/api/v1/prs", { headers: { cookie } })).status).toBe(200);
  });
});

async function signIn(): Promise<string> {
  const answer = await service.ask("/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: service.token }),
  });
  return answer.headers["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";
}
