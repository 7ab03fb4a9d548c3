/**
 * A link that came from outside, or null when it must not be one. Only https leaves the page: a payload's `javascript:` or `data:` URL
 * stays text.
 */
export function safeLink(url: string | null | undefined): string | null {
  if (url === null || url === undefined || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return parsed.protocol === "https:" && parsed.username === "" && parsed.password === "" ? parsed.href : null;
}
