import { type Fields, nameCharactersMax, optionalLine, optionalObject } from "../read-field.ts";

/** Who pressed the button. Some events of GitHub's own making have no sender. */
export function actorOf(payload: Fields): { actor: string | null; actorIsBot: boolean } {
  const sender = optionalObject(payload, "sender");
  const login = loginOf(sender) ?? null;
  const isApp = sender !== undefined && optionalLine(sender, "type") === "Bot";
  return { actor: login, actorIsBot: isApp || login?.endsWith("[bot]") === true };
}

export function loginOf(user: Fields | undefined): string | undefined {
  return user === undefined ? undefined : optionalLine(user, "login", nameCharactersMax);
}
