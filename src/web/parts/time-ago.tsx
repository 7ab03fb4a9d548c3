import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { clockTime, exactTime, relativeTime, timeUntil } from "../text/relative-time.ts";

const tickMs = 5_000;

const NowContext = createContext(new Date(0));

/** One clock for the whole page, so that all its times move together. */
export function NowProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

/** The time of the last tick. */
export function useNow(): Date {
  return useContext(NowContext);
}

/** A time as people say it, with the exact one on hover and for machines. A dash when it has not come. */
export function TimeAgo({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return <Absent />;
  return (
    <time dateTime={at} title={exactTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

/** The time of day at which something happened, for lines that stand below each other; with the day where it was not today. */
export function ClockTime({ at }: { at: string }) {
  const shown = clockTime(at, useNow());
  return (
    <time className={shown.includes(" ") ? "clock-time has-date" : "clock-time"} dateTime={at} title={exactTime(at)}>
      {shown}
    </time>
  );
}

/** How long until then. It is counted by the second, because somebody may be waiting for it. */
export function TimeUntil({ at }: { at: string }) {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {timeUntil(at, now)}
    </time>
  );
}

/** What is not there: a dash for the eye, a word for the ear. */
export function Absent({ word = "none" }: { word?: string }) {
  return (
    <span className="absent">
      <span aria-hidden="true">—</span>
      <span className="heard">{word}</span>
    </span>
  );
}
