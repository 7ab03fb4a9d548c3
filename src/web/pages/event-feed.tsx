import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { Link } from "wouter";
import type { EventRow } from "../api/events.ts";
import { useFeed } from "../live/feed.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { EmptyState, FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { counted } from "../text/quantity.ts";

const rowsShown = 40;

/** Events as they come, the newest on top. It can be held still to be read. */
export function EventFeed() {
  const { data, isPending, isError, error, refetch } = useFeed(useQueryClient());
  const [held, setHeld] = useState<EventRow[] | null>(null);
  const events = held ?? data ?? [];
  const waiting = held === null ? 0 : arrivedSince(held[0]?.id ?? null, data ?? []);
  const fresh = useFreshIds(data);

  return (
    <section className="sheet feed" aria-labelledby="feed-title">
      <div className="sheet-head">
        <h2 id="feed-title">Events</h2>
        <button
          type="button"
          className="quiet-button"
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? (data ?? []) : null)}
        >
          <Icon name={held === null ? "pause" : "play"} />
          {held === null ? "Pause" : waiting > 0 ? `Resume, ${waiting} new` : "Resume"}
        </button>
      </div>
      {data === undefined ? null : <Announcement events={events} />}
      {isPending ? <LineSkeletons lines={10} /> : null}
      {isError && data === undefined ? (
        <FailureNotice what="The events" error={error} onRetry={() => void refetch()} />
      ) : null}
      {data !== undefined && events.length === 0 ? (
        <EmptyState icon="inbox" title="Nothing has come in yet.">
          <p>The first webhook appears here the moment it is understood.</p>
        </EmptyState>
      ) : null}
      <ol className="event-list">
        {events.slice(0, rowsShown).map((event) => (
          <li key={event.id} className={fresh.has(event.id) ? "event is-fresh" : "event"}>
            <span className={`event-mark tone-${toneOf(event.kind)}`}>
              <Icon name={iconOf(event)} />
            </span>
            <EventSummary event={event} />
            <span className="event-kind">
              <code>{event.kind}</code>
            </span>
            <span className="event-at">
              <TimeAgo at={event.recorded_at} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What happened, leading to what told it: a delivery, or the work of which an operator asked something. */
function EventSummary({ event }: { event: EventRow }) {
  const href = hrefOf(event);
  const words = <OutsideText>{event.summary}</OutsideText>;
  if (href === null) return <span className="event-summary">{words}</span>;
  return (
    <Link href={href} className="event-summary">
      {words}
    </Link>
  );
}

function hrefOf({ delivery_id: delivery, subject_kind: kind, subject_ref: ref }: EventRow): string | null {
  if (delivery !== null) return `/deliveries/${delivery}`;
  return kind === "workflow" || kind === "command" || kind === "review" ? `/${kind}s/${encodeURIComponent(ref)}` : null;
}

/** The ids that were not there when the feed was first read: they are marked as they come in. */
function useFreshIds(events: EventRow[] | undefined): Set<number> {
  const [first, setFirst] = useState<Set<number> | null>(null);
  if (first === null && events !== undefined) setFirst(new Set(events.map((event) => event.id)));
  return new Set(first === null ? [] : events?.filter((event) => !first.has(event.id)).map((event) => event.id));
}

const announcementMs = 4_000;

/** Tells a screen reader what came in, a few seconds' worth at a time: every event of a busy hour would be noise. */
function Announcement({ events }: { events: EventRow[] }) {
  const [told, setTold] = useState({ upTo: events[0]?.id ?? null, words: "" });
  const tell = useEffectEvent(() => {
    const newest = events[0];
    if (newest !== undefined && newest.id !== told.upTo) {
      setTold({ upTo: newest.id, words: arrivalInWords(newest, arrivedSince(told.upTo, events)) });
    }
  });
  useEffect(() => {
    const timer = setInterval(() => tell(), announcementMs);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="heard" aria-live="polite">
      {told.words}
    </p>
  );
}

/** How many events are newer than the one that was told last; all of them when that one has slid out. */
function arrivedSince(id: number | null, events: EventRow[]): number {
  const position = events.findIndex((event) => event.id === id);
  return position < 0 ? events.length : position;
}

function arrivalInWords(newest: EventRow, arrived: number): string {
  return arrived === 1 ? newest.summary : `${counted(arrived, "new event")}. The latest: ${newest.summary}`;
}

const icons: Record<string, IconName> = {
  issue: "comment",
  comment: "comment",
  branch: "push",
  commit: "push",
  "ci-run": "ci",
  repository: "repository",
  workflow: "work",
  command: "work",
  review: "comment",
};

function iconOf(event: EventRow): IconName {
  if (event.kind.includes("comment")) return "comment";
  if (event.kind.includes("check_suite")) return "ci";
  return event.subject_kind === "pull-request" ? pullRequestIcon(event) : (icons[event.subject_kind] ?? "other");
}

/** A merge is told as a closing; the sentence knows which it was, and holds no text from outside before that. */
function pullRequestIcon(event: EventRow): IconName {
  if (!event.kind.endsWith(".pull_request.closed")) return "pull-request";
  return /^\S+ was merged/.test(event.summary) ? "merged" : "closed";
}

/** The colours of the chart beside it. */
function toneOf(kind: string): "pull-request" | "ci" | "push" | "other" {
  if (kind.includes(".pull_request")) return "pull-request";
  if (kind.includes(".push.")) return "push";
  return /^ci\.|\.(workflow_run|workflow_job|check_run|check_suite|status)\b/.test(kind) ? "ci" : "other";
}
