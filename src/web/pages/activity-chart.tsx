import { axisX, axisY, gridY, plot, pointerX, rectY, ruleX, ruleY, tip } from "@observablehq/plot";
import { useEffect, useRef, useState } from "react";
import type { Activity, ActivityBucket } from "../api/activity.ts";
import { count } from "../text/quantity.ts";
import { lookOfGroup } from "./group-look.ts";

const heightPixels = 168;

/** Stacked bars, one per stretch of time. Loaded on its own, because the drawing library is as large as the rest of the page. */
export function ActivityChart({ activity }: { activity: Activity }) {
  const figure = useRef<HTMLElement>(null);
  const width = useWidth(figure);
  useEffect(() => {
    if (width === 0) return undefined;
    const chart = drawn(activity, width);
    figure.current?.replaceChildren(chart);
    return () => chart.remove();
  }, [activity, width]);
  // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a picture that is drawn, not loaded
  return <figure ref={figure} className="chart-space" role="img" aria-label={inOneSentence(activity)} />;
}

type Stretch = { group: string; from: Date; to: Date; count: number };

function drawn(activity: Activity, width: number): SVGSVGElement | HTMLElement {
  const stretches: Stretch[] = activity.buckets.flatMap((bucket) => {
    const from = new Date(bucket.at);
    const to = new Date(from.getTime() + activity.bucket_ms);
    return activity.groups.map((group) => ({ group, from, to, count: bucket.counts[group] ?? 0 }));
  });
  const totals = activity.buckets.map((bucket) => ({
    at: new Date(Date.parse(bucket.at) + activity.bucket_ms / 2),
    bucket,
    count: totalOf(activity, bucket),
  }));
  const chart = plot({
    width,
    height: heightPixels,
    marginTop: 12,
    marginRight: 4,
    marginBottom: 24,
    marginLeft: 32,
    x: { type: "time", domain: [new Date(activity.from), new Date(activity.to)] },
    y: { domain: [0, Math.max(4, ...totals.map((total) => total.count))] },
    color: {
      domain: activity.groups,
      range: activity.groups.map((group) => `var(--chart-${lookOfGroup(group).tone})`),
    },
    marks: [
      gridY({ ticks: 3, stroke: "var(--line)", strokeOpacity: 1 }),
      axisY({
        ticks: 3,
        tickSize: 0,
        label: null,
        tickFormat: (value: number) => (Number.isInteger(value) ? count(value) : ""),
      }),
      axisX({
        ticks: width < 480 ? 4 : 8,
        tickSize: 0,
        label: null,
        tickFormat: (time: Date) => hourAndMinute.format(time),
      }),
      rectY(stretches, {
        x1: "from",
        x2: "to",
        y: "count",
        fill: "group",
        insetLeft: 0.5,
        insetRight: 0.5,
        order: activity.groups,
      }),
      ruleY([0], { stroke: "var(--line-strong)" }),
      ruleX(totals, pointerX({ x: "at", stroke: "var(--ink-3)", strokeOpacity: 0.4 })),
      tip(
        totals,
        pointerX({
          x: "at",
          y: "count",
          title: (total: (typeof totals)[number]) => tipOf(activity, total.bucket),
          anchor: "bottom",
          lineHeight: 1.4,
        }),
      ),
    ],
  });
  // The page's policy forbids style elements, and what Plot's own says is in styles/chart.css.
  for (const style of chart.querySelectorAll("style")) style.remove();
  chart.setAttribute("aria-hidden", "true");
  return chart;
}

const hourAndMinute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

function tipOf(activity: Activity, bucket: ActivityBucket): string {
  const from = new Date(bucket.at);
  const lines = activity.groups
    .filter((group) => (bucket.counts[group] ?? 0) > 0)
    .map((group) => `${lookOfGroup(group).word}: ${count(bucket.counts[group] ?? 0)}`);
  return [
    `${hourAndMinute.format(from)} to ${hourAndMinute.format(from.getTime() + activity.bucket_ms)}`,
    ...(lines.length === 0 ? ["Nothing"] : lines),
  ].join("\n");
}

function inOneSentence(activity: Activity): string {
  const total = activity.buckets.reduce((sum, bucket) => sum + totalOf(activity, bucket), 0);
  const busiest = activity.buckets.reduce<ActivityBucket | null>(
    (best, bucket) => (best === null || totalOf(activity, bucket) > totalOf(activity, best) ? bucket : best),
    null,
  );
  if (total === 0 || busiest === null) return "Nothing came in during the last 24 hours.";
  return `${count(total)} events came in during the last 24 hours, most around ${busiest.at.slice(11, 16)} UTC. The numbers are in the table below.`;
}

function totalOf(activity: Activity, bucket: ActivityBucket): number {
  return activity.groups.reduce((total, group) => total + (bucket.counts[group] ?? 0), 0);
}

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
