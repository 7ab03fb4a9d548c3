import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";

/** A commit id, short for the eye and whole for the clipboard. */
export function CommitSha({ sha }: { sha: string }) {
  return <Copyable text={sha} shown={sha.slice(0, 8)} what="commit id" />;
}

/** Text in the type of machines, with a button that copies all of it. */
export function Copyable({ text, shown = text, what }: { text: string; shown?: string; what: string }) {
  const [copied, copy] = useCopy();
  return (
    <span className="copyable">
      <code title={text}>{shown}</code>
      <button
        type="button"
        className="quiet-button square"
        aria-label={copied ? `Copied ${what}` : `Copy ${what} ${shown}`}
        title={`Copy ${what}`}
        onClick={() => copy(text)}
      >
        <Icon name={copied ? "check" : "copy"} />
      </button>
    </span>
  );
}

const thanksMs = 1_500;

function useCopy(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), thanksMs);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void copyText(text).then(setCopied)];
}

/** The clipboard exists only on https and loopback; elsewhere the old way still works. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "heard";
  const focused = document.activeElement;
  (focused?.parentElement ?? document.body).append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
