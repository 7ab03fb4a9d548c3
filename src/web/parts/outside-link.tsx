import type { ReactNode } from "react";
import { safeLink } from "../text/safe-link.ts";
import { Icon } from "./icon.tsx";

/** A link to the forge. What is not https is not a link, and then nothing is shown. */
export function OutsideLink({ url, children }: { url: string | null; children: ReactNode }) {
  const href = safeLink(url);
  if (href === null) return null;
  return (
    <a className="outside-link" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="external" />
      <span className="heard">(opens in a new tab)</span>
    </a>
  );
}
