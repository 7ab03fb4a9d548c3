import { Link } from "wouter";
import { errorCodes } from "../../domain/error.ts";
import { type AuditCheck, useAuditCheck } from "../api/audit.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Icon } from "../parts/icon.tsx";
import { FailureNotice } from "../parts/notices.tsx";
import { Prose } from "../parts/prose.tsx";
import { counted } from "../text/quantity.ts";

/** Whether the chain of the audit log is whole. */
export function AuditChain() {
  const { data: check, error, isError, isFetching, refetch } = useAuditCheck();
  if (isError && check === undefined)
    return <FailureNotice what="The chain" error={error} onRetry={() => void refetch()} />;
  return (
    <section className="sheet chain" aria-label="The chain" aria-busy={check === undefined}>
      <output className="chain-words">
        {check === undefined ? (
          "Checking the chain…"
        ) : check.broken === null ? (
          <Whole check={check} />
        ) : (
          <Broken check={check} />
        )}
      </output>
      <button type="button" className="button" disabled={isFetching} onClick={() => void refetch()}>
        <Icon name="replay" />
        Check again
      </button>
    </section>
  );
}

function Whole({ check: { checked, last_hash } }: { check: AuditCheck }) {
  return (
    <>
      <span className="chain-state">
        <span className="tone-good">
          <Icon name="check" />
        </span>
        <strong>The chain is whole</strong>
        <span className="muted">{counted(checked, "entry", "entries")} checked</span>
      </span>
      {last_hash === "" ? null : (
        <span className="muted chain-hash">
          Last hash <Copyable text={last_hash} shown={last_hash.slice(0, 12)} what="last hash" />
          <span>Keep it elsewhere: whoever can write to the database could write the log anew.</span>
        </span>
      )}
    </>
  );
}

function Broken({ check: { broken, checked } }: { check: AuditCheck }) {
  if (broken === null) return null;
  const { meaning, remedy } = errorCodes.AUDIT_CHAIN_BROKEN;
  return (
    <span className="chain-broken">
      <span className="death-code">
        <Icon name="warning" />
        <code>AUDIT_CHAIN_BROKEN</code>
      </span>
      <span className="death-meaning">{meaning}</span>
      <span>
        {broken.id === 0 ? "No entry is left" : <Link href={`/audit/${broken.id}`}>Entry {broken.id}</Link>}:{" "}
        {broken.because} {counted(checked, "entry is", "entries are")} as they were written.
      </span>
      <span>
        <strong>What to do:</strong> <Prose>{remedy}</Prose>
      </span>
    </span>
  );
}
