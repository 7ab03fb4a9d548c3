import type { Actor } from "../../domain/event.ts";
import { type Fields, nameCharactersMax, optionalId, optionalLine, optionalObject } from "../read-field.ts";

/** The users that GitLab makes for access tokens and service accounts. The payload has no flag that says so. */
const tokenUser = /^(?:project|group)_\d+_bot(?:_[0-9a-z]+)?$|^service_account_/;

/** Who pressed the button: `user` in most events. */
export function actorOf(payload: Fields): Actor {
  const user = optionalObject(payload, "user");
  return actorCalled(usernameOf(user), user === undefined ? undefined : optionalId(user, "id"));
}

/** The events of pushes have the name and the id at their top. */
export function pusherOf(payload: Fields): Actor {
  return actorCalled(optionalLine(payload, "user_username", nameCharactersMax), optionalId(payload, "user_id"));
}

export function usernameOf(user: Fields | undefined): string | undefined {
  return user === undefined ? undefined : optionalLine(user, "username", nameCharactersMax);
}

function actorCalled(username: string | undefined, id: string | undefined): Actor {
  return {
    actor: username ?? null,
    actorId: id ?? null,
    actorIsBot: username !== undefined && tokenUser.test(username),
  };
}
