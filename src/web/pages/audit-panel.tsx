import { Link } from "wouter";
import { type AuditEntry, useAuditEntry } from "../api/audit.ts";
import { Copyable } from "../parts/copyable.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { RecordPanel } from "../parts/record-panel.tsx";
import { Fact, FactList, PanelSection } from "../parts/side-panel.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { exactTime } from "../text/relative-time.ts";

/** One entry of the audit log, with the hashes that tie it to the others. */
export function AuditPanel({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <RecordPanel
      id={id}
      onClose={onClose}
      query={useAuditEntry(id)}
      word="Audit entry"
      what="The entry"
      Eyebrow={Eyebrow}
      title={(entry) => entry.action}
      Details={Details}
    />
  );
}

function Eyebrow({ record: { id } }: { record: AuditEntry }) {
  return <>Entry {id}</>;
}

function Details({ record: entry }: { record: AuditEntry }) {
  return (
    <>
      <FactList>
        <Fact name="Who">
          <Named name={entry.actor} />
        </Fact>
        <Fact name="When">
          <TimeAgo at={entry.at} />
        </Fact>
        <Fact name="To" wide>
          <Named name={entry.subject} />
        </Fact>
        <Fact name="Exactly" wide>
          {exactTime(entry.at)}
        </Fact>
        <Fact name="Hash" wide>
          <Copyable text={entry.hash} what="hash" />
        </Fact>
        <Fact name="Follows from" wide>
          {entry.previous_hash === "" ? (
            <Absent word="the first entry" />
          ) : (
            <Copyable text={entry.previous_hash} what="hash of the entry before" />
          )}
        </Fact>
      </FactList>
      <PanelSection title="Detail">
        <JsonView text={JSON.stringify(entry.detail)} label="Detail" />
      </PanelSection>
    </>
  );
}

/** Workflows and commands have a page; others are only named. */
function Named({ name }: { name: string }) {
  const [, kind, ref] = /^(workflow|command) (\S+)$/.exec(name) ?? [];
  if (kind === undefined || ref === undefined) return <OutsideText>{name}</OutsideText>;
  return (
    <Link href={`/${kind}s/${encodeURIComponent(ref)}`}>
      <OutsideText>{name}</OutsideText>
    </Link>
  );
}
