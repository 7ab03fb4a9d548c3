import { type Fields, nameCharactersMax, optionalLine, optionalObject } from "../read-field.ts";

/** The users that GitLab makes for access tokens and service accounts. The payload has no flag that says so. */
const tokenUser = /^(?:project|group)_\d+_bot(?:_[0-9a-z]+)?$|^service_account_/;

/** Who pressed the button: `user` in most events. */
export function actorOf(payload: Fields): { actor: string | null; actorIsBot: boolean } {
  return actorCalled(usernameOf(optionalObject(payload, "user")));
}

/** The events of pushes have the name at their top. */
export function pusherOf(payload: Fields): { actor: string | null; actorIsBot: boolean } {
  return actorCalled(optionalLine(payload, "user_username", nameCharactersMax));
}

export function usernameOf(user: Fields | undefined): string | undefined {
  return user === undefined ? undefined : optionalLine(user, "username", nameCharactersMax);
}

function actorCalled(username: string | undefined): { actor: string | null; actorIsBot: boolean } {
  return { actor: username ?? null, actorIsBot: username !== undefined && tokenUser.test(username) };
}
