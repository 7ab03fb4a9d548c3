import { Link } from "wouter";
import type { Status } from "../api/status.ts";
import { count, counted, share } from "../text/quantity.ts";

type HeadNumber = { word: string; number: string; beside: string; href: string; tone?: "bad" | "warm" };

/** The state of things in six numbers, each a way to what it counts. */
export function HeadNumbers({ counts }: { counts: Status["counts"] | undefined }) {
  return (
    <ul className="head-numbers" aria-label="In numbers" aria-busy={counts === undefined}>
      {counts === undefined
        ? Array.from({ length: 6 }, (_, index) => (
            <li key={index}>
              <span className="skeleton skeleton-1" />
              <span className="skeleton skeleton-number" />
            </li>
          ))
        : numbersOf(counts).map(({ word, number, beside, href, tone }) => (
            <li key={word}>
              <Link href={href}>
                <span className="head-word">{word}</span>
                <span className={tone === undefined ? "head-number" : `head-number tone-${tone}`}>{number}</span>
                <span className="head-beside">{beside}</span>
              </Link>
            </li>
          ))}
    </ul>
  );
}

function numbersOf(counts: Status["counts"]): HeadNumber[] {
  return [
    {
      word: "Open",
      number: count(counts.prs_open),
      beside: `in ${counted(counts.repositories, "repository", "repositories")}`,
      href: "/prs?state=open",
    },
    { word: "Merged", number: count(counts.prs_merged_7d), beside: "in 7 days", href: "/prs?state=merged&since=7d" },
    {
      word: "Reverted",
      number: count(counts.prs_reverted_7d),
      beside: "in 7 days",
      href: "/prs?state=reverted&since=7d",
      ...(counts.prs_reverted_7d > 0 ? { tone: "warm" } : {}),
    },
    {
      word: "CI passing",
      number: share(counts.runs_success_24h, counts.runs_24h),
      beside: `of ${counted(counts.runs_24h, "run")} in 24 h`,
      href: "/runs",
    },
    {
      word: "Waiting",
      number: count(counts.deliveries_received),
      beside: "to be digested",
      href: "/deliveries?state=received",
    },
    {
      word: "Dead",
      number: count(counts.deliveries_dead),
      beside: counts.deliveries_dead > 0 ? "need a look" : "all understood",
      href: "/deliveries?state=dead",
      ...(counts.deliveries_dead > 0 ? { tone: "bad" } : {}),
    },
  ];
}
