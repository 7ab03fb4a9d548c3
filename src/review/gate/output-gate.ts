import type { Redact } from "../../redact/redact.ts";
import { cleanUnicode } from "./clean-unicode.ts";
import { createLeakScan } from "./leak-scan.ts";
import { ownLinks } from "./own-links.ts";
import { cut, inlineCode, renderLine, renderMarkdown } from "./render-markdown.ts";

/** `blocked`: `LEAK_SUSPECTED`; nothing of the text may be shown, stored or answered. */
export type Gated = { kind: "passed"; text: string } | { kind: "blocked"; because: string };

/** What every text that an agent or a stranger wrote goes through before it is posted, shown or handed on. Pure, and linear in the text's length. */
export type OutputGate = {
  /** Several blocks of Markdown. */
  markdown: (text: string, charactersMax: number) => Gated;
  /** Markdown on one line, also fit for a table's cell: a title. */
  line: (text: string, charactersMax: number) => Gated;
  /** Any text as inline code: a path, a name. */
  name: (text: string, charactersMax: number) => Gated;
  /** Lines of code, to be put between fences by `fenced`. As they are, but for what no reader sees. */
  code: (text: string, charactersMax: number) => Gated;
  /** Whether one of these texts, or all of them read as one, holds a secret of ours or a part of one. */
  holdsSecret: (texts: string[]) => boolean;
};

export type OutputGateOptions = {
  /** All that this process holds: tokens, keys, webhook secrets, passwords of URLs. */
  secrets: Iterable<string>;
  redact: Redact;
  /** `https://host/owner/repo`: links lead nowhere else. */
  repositoryUrl: string;
};

/** Far above what any of our texts may be: what lies behind it is not even read. */
const readCharactersMax = 256 * 1024;

/**
 * The order is what makes it safe: cut to size, cleaned of what nobody sees, searched for secrets (a hit blocks), masked where something looks like a
 * token, written anew from its tree, and searched once more, because what was taken out may have stood between two halves of a secret.
 */
export function createOutputGate({ secrets, redact, repositoryUrl }: OutputGateOptions): OutputGate {
  const isLeak = createLeakScan(secrets);
  const allowLink = ownLinks(repositoryUrl);
  const through =
    (render: (clean: string, charactersMax: number) => string) =>
    (text: string, charactersMax: number): Gated => {
      const raw = text.slice(0, readCharactersMax);
      const clean = cleanUnicode(raw).replaceAll(privateUse, "");
      if (isLeak(raw) || isLeak(clean)) return blocked;
      const rendered = render(redact(clean).slice(0, charactersMax * 2), charactersMax);
      return isLeak(rendered) ? blocked : { kind: "passed", text: rendered };
    };
  return {
    markdown: through((text, max) => renderMarkdown(text, max, allowLink)),
    line: through(renderLine),
    name: through(inlineCode),
    code: through(cut),
    holdsSecret: (texts) =>
      [...texts, texts.join(""), texts.join(" ")].some((text) => isLeak(text) || isLeak(cleanUnicode(text))),
  };
}

const blocked: Gated = {
  kind: "blocked",
  because: "The text holds a secret of this service, or a part of one, and is not shown.",
};

/** Characters that mean what somebody wants them to mean. */
const privateUse = /[\ue000-\uf8ff]/g;
