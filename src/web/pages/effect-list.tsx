import type { Effect, EffectStep } from "../api/commands.ts";
import { Icon } from "../parts/icon.tsx";
import { RawJson } from "../parts/json-view.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { EffectBadge } from "../parts/state-badge.tsx";
import { ClockTime, TimeAgo, TimeUntil, useNow } from "../parts/time-ago.tsx";
import { lengthBetween } from "../text/relative-time.ts";

/** What a command did to the world outside, or means to: intended, not known, done or refused. */
export function EffectList({ effects }: { effects: Effect[] }) {
  return (
    <ul className="effect-list">
      {effects.map((effect) => (
        <li key={effect.id}>
          <span className="effect-what">
            <EffectBadge state={effect.state} />
            <code>{effect.kind}</code>
          </span>
          <div className="effect-words">
            <p className="effect-standing">
              {effect.known_by === "look-after-lost-answer" ? (
                <span className="badge tone-warm">
                  <Icon name="search" />
                  Answer lost, found again
                </span>
              ) : null}
              <EffectStanding effect={effect} />
            </p>
            {effect.because === null || effect.steps.some((step) => step.because === effect.because) ? null : (
              <p>
                <Reason code={effect.code} because={effect.because} />
              </p>
            )}
            {isPlain(effect) ? null : <Steps steps={effect.steps} />}
            <RawJson
              text={JSON.stringify({ intent: effect.intent, result: effect.result })}
              label="Intent and result"
            />
          </div>
          <span className="effect-end">
            <OutsideLink url={urlOf(effect)}>Open</OutsideLink>
            <span className="muted numeric">
              <TimeAgo at={effect.done_at ?? effect.sent_at ?? effect.intended_at} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function EffectStanding({ effect }: { effect: Effect }) {
  const { state, sends, check_after_at: checkAfter, sent_at: sentAt, done_at: doneAt } = effect;
  const now = useNow().toISOString();
  const sent = sends === 0 ? "not sent" : sends === 1 ? "sent once" : `sent ${sends} times`;
  switch (state) {
    case "intended":
      return <span className="muted">{sends === 0 ? "written down, not sent" : `${sent}, no answer yet`}</span>;
    case "unknown":
      return (
        <span className="muted">
          {sent}, and it is not known whether it was done
          {checkAfter === null || checkAfter <= now ? (
            "; it is looked for before it is sent again"
          ) : (
            <>
              ; it is looked for again <TimeUntil at={checkAfter} />
            </>
          )}
        </span>
      );
    case "done":
      if (effect.known_by === "look") return <span className="muted">found there</span>;
      if (effect.known_by === "answer") return <span className="muted">{sent}</span>;
      return (
        <span className="muted">
          {sent}, found there {lengthBetween(sentAt, doneAt)} after it was sent
        </span>
      );
    case "refused":
      return <span className="muted">the forge said no</span>;
  }
}

/** Sent, and answered at once: of that there is nothing to tell but that. */
function isPlain({ steps }: Effect): boolean {
  return steps.length <= 2 && steps.at(-1)?.what === "sent";
}

const stepWords: Readonly<Record<string, string>> = {
  send: "Sent",
  sent: "Answered",
  unknown: "No answer",
  found: "Found there",
  refused: "Refused",
  exists: "It was there already",
  "not-sent": "Did not go out",
  "give-up": "Given up",
};

/** What went out and what came back, each with its time. */
function Steps({ steps }: { steps: EffectStep[] }) {
  if (steps.length === 0) return null;
  return (
    <ol className="effect-steps">
      {steps.map(({ at, what, code, because }, index) => (
        <li key={index}>
          <ClockTime at={at} />
          <span>
            {what === "send" && index > 0 ? "Sent again" : (stepWords[what] ?? what)}
            {code === null && because === null ? null : (
              <>
                : <Reason code={code} because={because} />
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Reason({ code, because }: { code: string | null; because: string | null }) {
  return (
    <>
      {code === null ? null : (
        <>
          <code className="tone-bad">{code}</code>{" "}
        </>
      )}
      {because === null ? null : <OutsideText>{because}</OutsideText>}
    </>
  );
}

/** Where the thing can be seen, when the forge said so. */
function urlOf({ result }: Effect): string | null {
  return typeof result["url"] === "string" ? result["url"] : null;
}
