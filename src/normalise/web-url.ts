const charactersMax = 2048;

/**
 * A link that may be shown and stored: http or https, at most 2,048 characters, without the user name and password
 * that a CI system's own address may carry. Null for anything else, so that no `javascript:` ever becomes a link.
 */
export function webUrl(value: string): string | null {
  const url = readWebUrl(value);
  if (url === null) return null;
  if (url.username === "" && url.password === "") return value;
  url.username = "";
  url.password = "";
  return url.href;
}

/** Host of a web address in lower case, with the port where it is not the scheme's own. */
export function hostOf(value: string): string | null {
  const host = readWebUrl(value)?.host ?? "";
  return host === "" ? null : host;
}

/** Path of a web address without the slashes around it, not decoded. */
export function pathOf(value: string): string | null {
  return readWebUrl(value)?.pathname.replace(/^\//, "").replace(/\/$/, "") ?? null;
}

function readWebUrl(value: string): URL | null {
  if (value.length > charactersMax || !/^https?:\/\/[^\s\p{Cc}]+$/iu.test(value)) return null;
  return URL.parse(value);
}
