import { visibleText } from "../text/visible-text.ts";

/**
 * Text that someone outside wrote: a title, a branch, a login. Always a text node, never HTML; isolated, so that its own writing direction
 * cannot rearrange what stands beside it.
 */
export function OutsideText({ children, className }: { children: string; className?: string }) {
  return <bdi className={className}>{visibleText(children)}</bdi>;
}
