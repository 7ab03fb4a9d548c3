import type { ReactNode } from "react";
import { safeLink } from "../text/safe-link.ts";
import { Icon } from "./icon.tsx";

/** A link to the forge. What is not https is not a link, and then nothing is shown. */
export function OutsideLink({ url, title, children }: { url: string | null; title?: string; children: ReactNode }) {
  const href = safeLink(url);
  if (href === null) return null;
  return (
    <a className="outside-link" href={href} title={title} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="external" />
      <span className="heard">(opens in a new tab)</span>
    </a>
  );
}
