import type { Effect } from "../api/commands.ts";
import { RawJson } from "../parts/json-view.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { EffectBadge } from "../parts/state-badge.tsx";
import { TimeAgo, TimeUntil, useNow } from "../parts/time-ago.tsx";

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
            <p>
              <EffectStanding effect={effect} />
            </p>
            {effect.because === null ? null : (
              <p>
                {effect.code === null ? null : (
                  <>
                    <code className="tone-bad">{effect.code}</code>{" "}
                  </>
                )}
                <OutsideText>{effect.because}</OutsideText>
              </p>
            )}
            <RawJson
              text={JSON.stringify({ intent: effect.intent, result: effect.result })}
              label="Intent and result"
            />
          </div>
          <span className="effect-end">
            <OutsideLink url={urlOf(effect)}>Open</OutsideLink>
            <span className="muted numeric">
              <TimeAgo at={effect.done_at ?? effect.intended_at} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function EffectStanding({ effect: { state, sends, check_after_at: checkAfter } }: { effect: Effect }) {
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
      return <span className="muted">{sends === 0 ? "found there" : sent}</span>;
    case "refused":
      return <span className="muted">the forge said no</span>;
  }
}

/** Where the thing can be seen, when the forge said so. */
function urlOf({ result }: Effect): string | null {
  return typeof result["url"] === "string" ? result["url"] : null;
}
