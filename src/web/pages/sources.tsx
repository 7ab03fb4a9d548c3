import type { SourceStatus } from "../api/status.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Icon } from "../parts/icon.tsx";
import { describedCode, LineSkeletons } from "../parts/notices.tsx";
import { Prose } from "../parts/prose.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { counted } from "../text/quantity.ts";

/** Where webhooks come in, who was heard last, and who was turned away and why. */
export function Sources({ sources }: { sources: SourceStatus[] | undefined }) {
  return (
    <section className="sheet sources" aria-labelledby="sources-title">
      <h2 id="sources-title">Sources</h2>
      {sources === undefined ? (
        <LineSkeletons lines={6} />
      ) : (
        <ul>
          {sources.map((source) => (
            <Source key={source.name} source={source} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Source({ source }: { source: SourceStatus }) {
  return (
    <li className="source">
      <div className="source-head">
        <h3>{source.name}</h3>
        {source.configured ? (
          <span className="tone-good source-state">
            <Icon name="check" />
            Configured
          </span>
        ) : (
          <span className="tone-quiet source-state">
            <Icon name="cancelled" />
            No secret
          </span>
        )}
      </div>
      <Copyable text={source.path} what="path" />
      <p className="muted">
        {source.last_delivery_at === null ? (
          "Never heard from"
        ) : (
          <>
            Last heard <TimeAgo at={source.last_delivery_at} />
          </>
        )}
      </p>
      {source.refused.map((refusal) => (
        <div key={refusal.code} className="refusal">
          <p>
            <Icon name="warning" />
            <strong>{counted(refusal.count, "delivery", "deliveries")} refused</strong> <TimeAgo at={refusal.last_at} />
          </p>
          <p>
            <Prose>{advice(refusal.code)}</Prose>
          </p>
          <code className="muted">{refusal.code}</code>
        </div>
      ))}
    </li>
  );
}

function advice(code: string): string {
  const described = describedCode(code);
  return described === null ? "A newer Pullwright gave this reason." : `${described.meaning} ${described.remedy}`;
}
