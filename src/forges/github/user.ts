import { z } from "zod";
import type { CredentialSource } from "../credential.ts";
import type { CallOptions, ForgeUser } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { mustBe, userField } from "./answer-fields.ts";
import type { AskGithub } from "./ask.ts";

/** Whose token it is. */
export function readCurrentUser(
  ask: AskGithub,
  credential: CredentialSource,
  options: CallOptions | undefined,
): Promise<ForgeUser> {
  return ask(
    {
      what: "Asking whose token this is",
      kind: "read",
      route: "GET /user",
      accept: (data) => readAnswer(userField, data),
    },
    credential,
    options,
  );
}

/** The user as whom an App acts: `<slug>[bot]`. An App itself is none, so it is looked up with the token of one of its installations. */
export async function readBotUser(
  ask: AskGithub,
  app: { asApp: CredentialSource; asInstallation: CredentialSource },
  options: CallOptions | undefined,
): Promise<ForgeUser> {
  const slug = await ask(
    {
      what: "Asking for the App's name",
      kind: "read",
      route: "GET /app",
      accept: (data) => readAnswer(appAnswer, data).slug,
    },
    app.asApp,
    options,
  );
  const login = `${slug}[bot]`;
  return await ask(
    {
      what: "Looking for the App's user",
      kind: "read",
      route: "GET /users/{username}",
      parameters: { username: login },
      accept: (data) => {
        const user = readAnswer(userField, data);
        mustBe("login", user.login, login);
        return user;
      },
    },
    app.asInstallation,
    options,
  );
}

const appAnswer = z.object({ slug: z.string().regex(/^[A-Za-z0-9-]{1,100}$/) });
