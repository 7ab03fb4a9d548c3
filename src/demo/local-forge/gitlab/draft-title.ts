/** What GitLab takes for the mark of a draft; `WIP:` is no longer one. */
const draftMark = /^(?:\s*(?:\[draft\]|\(draft\)|draft:)\s*)+/i;

export function isDraftTitle(title: string): boolean {
  return draftMark.test(title);
}
