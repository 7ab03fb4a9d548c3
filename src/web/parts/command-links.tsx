import type { CommandLink } from "../../domain/command.ts";
import { OutsideLink } from "./outside-link.tsx";
import { OutsideText } from "./outside-text.tsx";

/** Where what a command made can be seen: the pull request, the review. */
export function CommandLinks({ links }: { links: CommandLink[] }) {
  return links.map(({ label, url }) => (
    <OutsideLink key={url} url={url} title={label}>
      <OutsideText>{label}</OutsideText>
    </OutsideLink>
  ));
}
