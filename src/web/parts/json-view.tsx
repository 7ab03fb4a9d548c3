import { useMemo, useState } from "react";
import { indentJson, type JsonPiece } from "../text/indent-json.ts";
import { byteSize } from "../text/quantity.ts";

/** Colouring makes one element per value; beyond this a browser would feel it. */
const colouredPiecesMax = 20_000;

/**
 * JSON to read, with a way to see the exact text that came. `readable` is the JSON inside the text where that is not all of it. What is
 * not JSON is shown as it came.
 */
export function JsonView({ text, label, readable = text }: { text: string; label: string; readable?: string }) {
  const [exact, setExact] = useState(false);
  const pieces = useMemo(() => indentJson(readable), [readable]);
  const pretty = pieces !== null && !exact;
  return (
    <div className="json-view">
      <div className="json-bar">
        <span className="muted">{byteSize(new Blob([text]).size)}</span>
        {pieces === null ? (
          <span className="muted">Shown exactly as it came</span>
        ) : (
          <button type="button" className="quiet-button" aria-pressed={exact} onClick={() => setExact(!exact)}>
            Exact text
          </button>
        )}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={label} className="json-scroll">
        <pre className={pretty ? undefined : "exact"}>{pretty ? <Coloured pieces={pieces} /> : text}</pre>
      </section>
    </div>
  );
}

function Coloured({ pieces }: { pieces: JsonPiece[] }) {
  if (pieces.length > colouredPiecesMax) return pieces.map((piece) => piece.text).join("");
  return pieces.map((piece, index) =>
    piece.kind === "space" || piece.kind === "punctuation" ? (
      piece.text
    ) : (
      <span key={index} className={`json-${piece.kind}`}>
        {piece.text}
      </span>
    ),
  );
}

/** Raw data that few want to see: closed until asked for, and not worked on before. */
export function RawJson({ text, label }: { text: string; label: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <details className="disclosure" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{label}</summary>
      {opened ? <JsonView text={text} label={label} /> : null}
    </details>
  );
}
