import { useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { type Status, useStatus } from "../api/status.ts";
import { useConnection } from "../live/live-provider.tsx";
import type { Connection } from "../live/live-stream.ts";
import { count } from "../text/quantity.ts";
import { Icon, type IconName } from "./icon.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";

const pages: [href: string, word: string][] = [
  ["/", "Live"],
  ["/prs", "Pull requests"],
  ["/runs", "CI runs"],
  ["/reviews", "Reviews"],
  ["/workflows", "Work"],
  ["/deliveries", "Deliveries"],
  ["/audit", "Audit"],
];

const connectionWords: Record<Connection, [word: string, explanation: string]> = {
  connecting: ["Connecting", "Waiting for the live stream"],
  live: ["Live", "Changes arrive as they happen"],
  reconnecting: ["Reconnecting", "The live stream broke off; what you see may be old"],
};

export function TopBar() {
  const { data: status } = useStatus();
  const here = useCurrentPage();
  return (
    <header className="top-bar">
      <Link href="/" className="brand">
        <Mark />
        <span>Pullwright</span>
      </Link>
      <nav aria-label="Pages">
        {pages.map(([href, word]) => (
          <Link key={href} href={href} aria-current={here === href ? "page" : undefined}>
            {word}
            {status === undefined ? null : <NavCounts href={href} counts={status.counts} />}
          </Link>
        ))}
      </nav>
      <div className="top-bar-end">
        <ConnectionState />
        {status?.version ? <span className="version">v{status.version}</span> : null}
        <ThemeToggle />
      </div>
    </header>
  );
}

/** What asks for a look on a page, and what waits there; nothing where all is well. */
function NavCounts({ href, counts }: { href: string; counts: Status["counts"] }) {
  const shown = (numbersBeside[href]?.(counts) ?? []).filter(({ number }) => number > 0);
  if (shown.length === 0) return null;
  return (
    <span className="nav-counts">
      {shown.map(({ number, word, icon, tone }) => (
        <span key={word} className={`nav-count tone-${tone}`} title={`${count(number)} ${word}`}>
          {icon === null ? null : <Icon name={icon} />}
          {count(number)}
          <span className="heard"> {word}</span>
        </span>
      ))}
    </span>
  );
}

type NavCount = { number: number; word: string; icon: IconName | null; tone: "bad" | "quiet" };

const numbersBeside: Readonly<Record<string, (counts: Status["counts"]) => NavCount[]>> = {
  "/workflows": (counts) => [
    { number: counts.workflows_failed, word: "failed", icon: "cross", tone: "bad" },
    { number: counts.commands_waiting, word: "waiting", icon: "clock", tone: "quiet" },
    { number: counts.workflows_paused, word: "paused", icon: "pause", tone: "quiet" },
  ],
  "/deliveries": (counts) => [{ number: counts.deliveries_dead, word: "dead", icon: null, tone: "bad" }],
};

/** Two pieces of wood joined by a dovetail. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
      <path className="mark-ink" d="M8 4h6.5v6l7 3v6l-7 3v6H8a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4Z" />
      <path className="mark-accent" d="M17 4h7a4 4 0 0 1 4 4v16a4 4 0 0 1-4 4h-7v-4.4l7-3v-9.2l-7-3Z" />
    </svg>
  );
}

function ConnectionState() {
  const connection = useConnection();
  const [word, explanation] = connectionWords[connection];
  return (
    <output className={`connection connection-${connection}`} title={explanation}>
      <span className="connection-dot" aria-hidden="true" />
      {word}
    </output>
  );
}

/**
 * The page's address in the navigation. Arriving at another page moves the focus to its heading, as a loaded page would; a piece of work or a
 * review is a page of its own, while a panel beside a list is not.
 */
function useCurrentPage(): string {
  const [path] = useLocation();
  const here =
    pages.findLast(([href]) => href !== "/" && (path === href || path.startsWith(`${href}/`)))?.[0] ??
    (path === "/" ? "/" : "");
  const place = path.startsWith("/workflows/") || path.startsWith("/reviews/") ? path : here;
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [place]);
  useEffect(() => keepInSight(here), [here]);
  return here;
}

/**
 * On a phone the pages do not all fit beside each other: scrolls to the one that one is on, and again when a word grows, by a number of dead
 * deliveries. Scrolls the list by its place, because `scrollIntoView` would take the next Tab along. Returns how to stop.
 */
function keepInSight(href: string): () => void {
  const link = document.querySelector<HTMLElement>(`nav [href="${href}"]`);
  const list = link?.parentElement;
  if (!link || !list) return () => {};
  const observer = new ResizeObserver(() => {
    list.scrollLeft = link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2;
  });
  for (const word of list.children) observer.observe(word);
  return () => observer.disconnect();
}
