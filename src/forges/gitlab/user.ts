import { Users } from "@gitbeaker/rest";
import type { CallOptions, ForgeUser } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { userField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";

/** Whose token it is. Project and group tokens have a user of their own. */
export function readCurrentUser(client: GitlabClient, options: CallOptions | undefined): Promise<ForgeUser> {
  return client.ask(
    {
      what: "Asking whose token this is",
      kind: "read",
      send: (resources) => new Users(resources).showCurrentUser(),
      accept: (data) => readAnswer(userField, data),
    },
    options,
  );
}
