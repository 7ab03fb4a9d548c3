import type { RevertEvidence, RevertMention } from "../domain/fact.ts";
import type { ForgeName } from "../domain/repository.ts";

/** Whose text it is: `#7` is a pull request on GitHub and an issue on GitLab, where `!7` is the merge request. */
export type RevertContext = { forge: ForgeName; slug: string };

/** More than any release was ever taken back with; bounds what a hostile text can make us keep. */
const mentionsMax = 200;

/**
 * What a commit's message says it reverts, in the order written, each once: `This reverts commit <sha>` of git (also
 * of a merge, and of the revert that a `Reapply` takes back) and of GitLab, `This reverts merge request !7` of
 * GitLab, and `Reverts owner/repo#7`, which GitHub puts into the message when a revert is squashed. A squash may say
 * several. Names of other repositories do not count.
 *
 * Linear in the length of the text: it is cut into words once, and the words are read once, from left to right.
 */
export function revertsInCommitMessage(message: string, context: RevertContext): RevertMention[] {
  return statements(message, context, "commit-message");
}

/**
 * What a pull request says it reverts: in its body as above, and by its head branch, which GitHub's button calls
 * `revert-7-<branch>` and GitLab's `revert-<8 hex digits>`. What both say is listed once, as the body says it.
 */
export function revertsInPullRequest(
  pullRequest: { body: string; headBranch: string } & RevertContext,
): RevertMention[] {
  const inBody = statements(withoutHiddenParts(pullRequest.body), pullRequest, "pull-request-body");
  const byBranch = branchMention(pullRequest.headBranch, pullRequest.forge);
  if (byBranch === undefined || inBody.some((mention) => isSameTarget(mention, byBranch))) return inBody;
  return [...inBody, byBranch];
}

function statements(text: string, context: RevertContext, evidence: RevertEvidence): RevertMention[] {
  if (!/reverts/i.test(text)) return [];
  const words = wordsOf(text);
  const mentions = new Map<string, RevertMention>();
  for (let at = 0; at < words.length && mentions.size < mentionsMax; at += 1) {
    if (plain(words[at]) !== "reverts" || !opensStatement(words, at)) continue;
    for (const mention of targetsAfter(words, at + 1, context, evidence)) {
      const target = mention.by === "commit" ? mention.sha : `#${mention.number}`;
      if (!mentions.has(target)) mentions.set(target, mention);
    }
  }
  return [...mentions.values()];
}

/** A word, or a break that no sentence runs across: a blank line, a quotation, code, a new list item. */
type Word = string | null;

/** The words that count: not those in quoted lines and in fenced code. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [null];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const content = line.trim();
    const marks = fenceMarks(content);
    if (fence !== undefined) {
      // A fence closes with as many marks as opened it, and nothing behind them.
      if (marks === content && marks.startsWith(fence)) fence = undefined;
    } else if (marks !== undefined) {
      fence = marks;
    }
    if (fence !== undefined || marks !== undefined || content === "" || content.startsWith(">")) {
      words.push(null);
      continue;
    }
    // A line that begins with the word in capitals begins a sentence, even below a line without a full stop.
    if (/^[*_([]{0,4}Reverts\b/.test(content)) words.push(null);
    for (const word of content.split(/\s+/)) words.push(isListMarker(word) ? null : word);
  }
  return words;
}

/**
 * The marks with which this line opens or closes fenced code. Backticks further on in the line make it code within a
 * sentence.
 */
function fenceMarks(content: string): string | undefined {
  const marks = /^(?:`{3,}|~{3,})/.exec(content)?.[0];
  return marks === undefined || (marks.startsWith("`") && content.includes("`", marks.length)) ? undefined : marks;
}

function isListMarker(word: string): boolean {
  return /^(?:[-*+]|#{1,6}|\d{1,3}[.)])$/.test(word);
}

/** A word without the marks of emphasis, brackets and punctuation around it, in lower case. */
function plain(word: Word | undefined): string {
  return word === null || word === undefined || word.length > 32
    ? ""
    : bare(word, "([*_\"'", ")]*_\"',.:;!?").toLowerCase();
}

/**
 * The word without the marks before and behind it. By hand, because a regular expression that looks for marks at the
 * end walks them again and again.
 */
function bare(word: string, marksBefore: string, marksBehind: string): string {
  let from = 0;
  let to = word.length;
  while (from < to && marksBefore.includes(word.charAt(from))) from += 1;
  while (to > from && marksBehind.includes(word.charAt(to - 1))) to -= 1;
  return word.slice(from, to);
}

const subjects = new Set(["pr", "mr", "request", "commit", "change", "changeset", "branch", "patch"]);

/**
 * Only a sentence that begins with the word, or with `This`, states a revert: `This PR reverts #3`, `Reverts #3`. Not
 * `the tool reverts #3`, and not `This partially reverts …`.
 */
function opensStatement(words: Word[], at: number): boolean {
  const before = words[at - 1];
  if (before === null || before === undefined || ".:;!?".includes(before.charAt(before.length - 1))) return true;
  let first = at - 1;
  if (subjects.has(plain(before))) first -= plain(before) === "request" ? 2 : 1;
  return plain(words[first]) === "this";
}

/** What the words behind `reverts` name: a commit, or one or more pull requests. */
function targetsAfter(words: Word[], from: number, context: RevertContext, evidence: RevertEvidence): RevertMention[] {
  if (plain(words[from]) === "commit") {
    const sha = shaOf(words[from + 1], context);
    return sha === undefined ? [] : [{ by: "commit", sha, evidence }];
  }
  const targets: RevertMention[] = [];
  for (let at = from + kindWords(words, from); at < from + mentionsMax; at += 1) {
    const number = numberOf(words[at], context);
    if (number !== undefined) targets.push({ by: "pull-request-number", number, evidence });
    else if (!/^(?:and|&)$/i.test(words[at] ?? "")) break;
  }
  return targets;
}

/** How many words only say what kind of thing follows: `PR #7`, `merge request !7`. */
function kindWords(words: Word[], from: number): number {
  const kind = plain(words[from]);
  if (kind === "pr" || kind === "mr") return 1;
  return (kind === "pull" || kind === "merge") && plain(words[from + 1]) === "request" ? 2 : 0;
}

/** `1a2b3c4`, in backticks, or as `owner/repo@1a2b3c4` of this repository. */
function shaOf(word: Word | undefined, context: RevertContext): string | undefined {
  const written = bare(word ?? "", "`(*_", "`)*_,.:;!?");
  const at = written.lastIndexOf("@");
  if (at !== -1 && !isSameSlug(written.slice(0, at), context.slug)) return undefined;
  const sha = written.slice(at + 1).toLowerCase();
  return /^[0-9a-f]{7,64}$/.test(sha) ? sha : undefined;
}

/** `#7` or `owner/repo#7` of this repository; on GitLab `!7` and `group/project!7`. */
function numberOf(word: Word | undefined, context: RevertContext): number | undefined {
  const written = bare(word ?? "", "(*_", ")*_,.:;!?");
  const sign = written.lastIndexOf(context.forge === "github" ? "#" : "!");
  if (sign === -1 || (sign > 0 && !isSameSlug(written.slice(0, sign), context.slug))) return undefined;
  return positiveNumber(written.slice(sign + 1));
}

function branchMention(headBranch: string, forge: ForgeName): RevertMention | undefined {
  const evidence: RevertEvidence = "branch-name";
  if (forge === "gitlab") {
    const sha = /^revert-([0-9a-f]{8})(?:-|$)/.exec(headBranch)?.[1];
    return sha === undefined ? undefined : { by: "commit", sha, evidence };
  }
  const number = positiveNumber(/^revert-([0-9]{1,16})-/.exec(headBranch)?.[1] ?? "");
  return number === undefined ? undefined : { by: "pull-request-number", number, evidence };
}

function isSameTarget(a: RevertMention, b: RevertMention): boolean {
  if (a.by === "commit") return b.by === "commit" && (a.sha.startsWith(b.sha) || b.sha.startsWith(a.sha));
  return b.by === "pull-request-number" && a.number === b.number;
}

function isSameSlug(slug: string, own: string): boolean {
  return slug.toLowerCase() === own.toLowerCase();
}

function positiveNumber(digits: string): number | undefined {
  if (!/^[1-9][0-9]{0,15}$/.test(digits)) return undefined;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A body without its HTML comments: a template's hints to the author are not the author's words. */
function withoutHiddenParts(body: string): string {
  let shown = "";
  let from = 0;
  for (;;) {
    const open = body.indexOf("<!--", from);
    if (open === -1) return shown + body.slice(from);
    shown += `${body.slice(from, open)} `;
    const close = body.indexOf("-->", open + 4);
    if (close === -1) return shown;
    from = close + 3;
  }
}
