import { fitTitle } from "../fit-text.ts";
import { titleCharactersMax } from "./text-limits.ts";

/**
 * GitLab has no field for a draft: the title begins with `Draft:`, in any case, or `[Draft]` or `(Draft)`. Before 14.0 `WIP:` and `[WIP]` said the same
 * (https://docs.gitlab.com/user/project/merge_requests/drafts/). To whoever calls us, the mark is no part of the title.
 */
const marks = /^(?:\s*(?:\[(?:draft|wip)\]|\(draft\)|(?:draft|wip):))+/i;

/** The title as GitLab wants it: with the mark once, or not at all. */
export function markedTitle(title: string, isDraft: boolean): string {
  const bare = withoutMarks(title);
  return isDraft && !marks.test(bare)
    ? `${draftMark}${fitTitle(bare, titleCharactersMax - draftMark.length)}`
    : fitTitle(bare, titleCharactersMax);
}

/** The title as people mean it. Where the merge request is no draft, words that look like the mark are part of it. */
export function bareTitle(title: string, isDraft: boolean): string {
  return isDraft ? withoutMarks(title) : title;
}

const draftMark = "Draft: ";

/** A title that is nothing but marks stays: without a title there is no merge request. */
function withoutMarks(title: string): string {
  return title.replace(marks, "").trim() || title.trim();
}
