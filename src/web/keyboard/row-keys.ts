import { useRef, type RefObject } from "react";
import { usePageKeys } from "./keys.tsx";

/**
 * Moves the focus from row to row of a table body with `j` and `k`, and with the arrows once a row has it. Stepping past the end calls
 * back, so that more can be loaded.
 */
export function useRowKeys(onEnd: () => void): RefObject<HTMLTableSectionElement | null> {
  const body = useRef<HTMLTableSectionElement>(null);
  usePageKeys((event) => {
    const links = [...(body.current?.querySelectorAll<HTMLElement>("[data-row-link]") ?? [])];
    const focused = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
    const step = stepOf(event.key, focused >= 0);
    if (step === 0 || links.length === 0) return;
    event.preventDefault();
    const next = focused + step;
    if (next >= links.length) onEnd();
    const link = links[Math.max(0, Math.min(next, links.length - 1))];
    link?.focus({ preventScroll: true });
    link?.closest("tr")?.scrollIntoView({ block: "nearest" });
  });
  return body;
}

function stepOf(key: string, insideTable: boolean): -1 | 0 | 1 {
  if (key === "j" || (key === "ArrowDown" && insideTable)) return 1;
  return key === "k" || (key === "ArrowUp" && insideTable) ? -1 : 0;
}
