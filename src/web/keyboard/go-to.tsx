import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { KeyHelp } from "./key-help.tsx";
import { usePageKeys } from "./keys.tsx";

/** How long after `g` the second key still counts. */
const sequenceMs = 1_500;

const places: Record<string, string> = {
  l: "/",
  p: "/prs",
  r: "/runs",
  v: "/reviews",
  w: "/workflows",
  d: "/deliveries",
  a: "/audit",
};

/** The keys that work on every page: `g` and a letter, `/` and `?`. */
export function GoTo() {
  const [, navigate] = useLocation();
  const [helpOpen, setHelpOpen] = useState(false);
  const goPressedAt = useRef(Number.NEGATIVE_INFINITY);

  usePageKeys((event) => {
    const place = event.timeStamp - goPressedAt.current < sequenceMs ? places[event.key] : undefined;
    goPressedAt.current = event.key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
    if (place !== undefined) {
      event.preventDefault();
      navigate(place);
    } else if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLElement>("[data-first-filter]")?.focus();
    } else if (event.key === "?") {
      event.preventDefault();
      setHelpOpen(true);
    }
  });

  return (
    <>
      <button type="button" className="quiet-button" onClick={() => setHelpOpen(true)}>
        Keyboard <kbd>?</kbd>
      </button>
      <KeyHelp open={helpOpen} onOpenChange={setHelpOpen} />
    </>
  );
}
