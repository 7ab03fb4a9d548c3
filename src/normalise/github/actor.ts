import type { Actor } from "../../domain/event.ts";
import { type Fields, nameCharactersMax, optionalId, optionalLine, optionalObject } from "../read-field.ts";

/** Who pressed the button. Some events of GitHub's own making have no sender. */
export function actorOf(payload: Fields): Actor {
  const sender = optionalObject(payload, "sender");
  if (sender === undefined) return { actor: null, actorId: null, actorIsBot: false };
  const login = loginOf(sender) ?? null;
  const isApp = optionalLine(sender, "type") === "Bot";
  return {
    actor: login,
    actorId: optionalId(sender, "id") ?? null,
    actorIsBot: isApp || login?.endsWith("[bot]") === true,
  };
}

export function loginOf(user: Fields | undefined): string | undefined {
  return user === undefined ? undefined : optionalLine(user, "login", nameCharactersMax);
}
