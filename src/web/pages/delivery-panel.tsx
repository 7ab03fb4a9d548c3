import { Link } from "wouter";
import { useDelivery, type Delivery } from "../api/deliveries.ts";
import { Copyable } from "../parts/copyable.tsx";
import { Icon } from "../parts/icon.tsx";
import { FailureNote } from "../parts/failure-note.tsx";
import { JsonView } from "../parts/json-view.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { RecordPanel } from "../parts/record-panel.tsx";
import { Fact, FactList, PanelSection } from "../parts/side-panel.tsx";
import { DeliveryBadge, VerdictBadge } from "../parts/state-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { byteSize, counted } from "../text/quantity.ts";
import { ReplayDelivery } from "./replay-delivery.tsx";

/** One delivery: what came, what it became, and why. */
export function DeliveryPanel({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <RecordPanel
      id={id}
      onClose={onClose}
      query={useDelivery(id)}
      word="Delivery"
      what="The delivery"
      Eyebrow={Eyebrow}
      title={({ event }) => event}
      Actions={Actions}
      Details={Details}
    />
  );
}

function Eyebrow({ record: { state, source, received_at } }: { record: Delivery }) {
  return (
    <>
      <DeliveryBadge state={state} />
      <span>
        {source}, <TimeAgo at={received_at} />
      </span>
    </>
  );
}

function Actions({ record: delivery }: { record: Delivery }) {
  return <ReplayDelivery delivery={delivery} />;
}

function Details({ record: delivery }: { record: Delivery }) {
  return (
    <>
      {delivery.state === "dead" ? (
        <FailureNote
          code={delivery.dead_code ?? "INTERNAL"}
          meaning="It could not be understood."
          because={delivery.dead_reason}
          remedy={delivery.remedy}
        />
      ) : null}
      <FactList>
        <Fact name="Delivery id" wide>
          <Copyable text={delivery.delivery_id} what="delivery id" />
        </Fact>
        <Fact name="Received">
          <TimeAgo at={delivery.received_at} />
        </Fact>
        <Fact name="Digested">
          <TimeAgo at={delivery.digested_at} />
        </Fact>
        <Fact name="Attempts">{delivery.digest_attempts}</Fact>
        <Fact name="Came again">
          {delivery.duplicate_count === 0 ? "never" : counted(delivery.duplicate_count, "time")}
        </Fact>
        <Fact name="Signed with">
          {delivery.secret_used === "previous" ? "the previous secret" : "the current secret"}
        </Fact>
      </FactList>
      <PanelSection title="What it became">
        <EventList delivery={delivery} />
      </PanelSection>
      <PanelSection title="Why">
        <DecisionList delivery={delivery} />
      </PanelSection>
      <PanelSection title="Body">
        <Body delivery={delivery} />
      </PanelSection>
      <PanelSection title="Headers">
        <table className="header-table">
          <tbody>
            {Object.entries(delivery.headers).map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <OutsideText>{value}</OutsideText>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PanelSection>
    </>
  );
}

function EventList({ delivery }: { delivery: Delivery }) {
  if (delivery.events.length === 0)
    return (
      <p className="muted">{delivery.state === "received" ? "Nothing yet; it waits to be digested." : "No event."}</p>
    );
  return (
    <ul className="line-list wordy">
      {delivery.events.map((event) => (
        <li key={event.id}>
          <span className="line-main">
            <OutsideText>{event.summary}</OutsideText>
          </span>
          <code className="muted">{event.kind}</code>
        </li>
      ))}
    </ul>
  );
}

function DecisionList({ delivery }: { delivery: Delivery }) {
  if (delivery.decisions.length === 0)
    return <p className="muted">No rule has been asked{delivery.state === "received" ? " yet" : ""}.</p>;
  return (
    <ul className="decision-list">
      {delivery.decisions.map((decision) => (
        <li key={decision.id}>
          <VerdictBadge verdict={decision.verdict} />
          <span className="decision-words">
            <OutsideText>{decision.because}</OutsideText>
            <code className="muted">{decision.rule}</code>
            {decision.command_id === null ? null : (
              <Link href={`/commands/${decision.command_id}`}>Command {decision.command_id}</Link>
            )}
          </span>
          <span className="muted numeric">
            <TimeAgo at={decision.decided_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Body({ delivery }: { delivery: Delivery }) {
  const notes = [
    delivery.body_encoding === "base64" ? "The body is not UTF-8; it is shown in base64." : null,
    delivery.body_cut
      ? `The body is ${byteSize(delivery.body_bytes)} long; only its beginning is shown. The whole: pullwright deliveries show ${delivery.id} --json`
      : null,
  ].filter((note) => note !== null);
  return (
    <>
      {notes.map((note) => (
        <p key={note} className="note">
          <Icon name="warning" />
          {note}
        </p>
      ))}
      <JsonView text={delivery.body} readable={readableBody(delivery)} label="Body" />
    </>
  );
}

/** A form-encoded webhook carries its JSON in one field. */
function readableBody(delivery: Delivery): string {
  if (
    delivery.body_cut ||
    delivery.body_encoding !== "utf-8" ||
    !delivery.content_type.startsWith("application/x-www-form-urlencoded")
  )
    return delivery.body;
  return new URLSearchParams(delivery.body).get("payload") ?? delivery.body;
}
