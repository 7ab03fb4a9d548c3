import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { commandWords } from "../../domain/command-words.ts";
import { useCommand, type Command, type CommandRow } from "../api/commands.ts";
import { type Act, Acts } from "../parts/acts.tsx";
import { Copyable } from "../parts/copyable.tsx";
import { FailureNote } from "../parts/failure-note.tsx";
import { Icon } from "../parts/icon.tsx";
import { RawJson } from "../parts/json-view.tsx";
import { FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { CommandLinks } from "../parts/command-links.tsx";
import { PanelSection } from "../parts/side-panel.tsx";
import { Standing } from "../parts/standing.tsx";
import { CommandBadge, commandLooks } from "../parts/state-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { CommandHistory } from "./command-history.tsx";
import { EffectList } from "./effect-list.tsx";

/** One command of a piece of work: where it stands, and opened, all that became of it. */
export function CommandCard({ command, isOpened }: { command: CommandRow; isOpened: boolean }) {
  const isAskedFor = location.hash === `#command-${command.id}`;
  const [opened, setOpened] = useState(isOpened || isAskedFor);
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isAskedFor) item.current?.scrollIntoView();
  }, [isAskedFor]);
  const titleId = `command-${command.id}-title`;
  const { icon, tone } = commandLooks[command.state];
  return (
    <li ref={item} className="command-item" id={`command-${command.id}`}>
      <span className={`command-mark tone-${tone === "plain" ? "good" : tone}`}>
        <Icon name={icon} />
      </span>
      <article className="sheet command-card" aria-labelledby={titleId}>
        <header className="command-head">
          <h2 id={titleId}>{commandWords[command.type]}</h2>
          <CommandBadge state={command.state} />
          <span className="muted numeric command-meta">
            <span>Command {command.id}</span>
            {command.attempt === 0 ? null : (
              <span>
                attempt {command.attempt} of {command.attempts_max}
              </span>
            )}
            <TimeAgo at={command.ended_at ?? command.started_at ?? command.created_at} />
          </span>
          <Acts of={`command ${command.id}`} acts={actsFor(command)} />
        </header>
        {command.state === "failed" ? (
          <FailureNote
            code={command.outcome_code ?? "INTERNAL"}
            meaning="It did not do what was asked."
            because={command.outcome_because}
          />
        ) : (
          <p className="command-standing">
            <Standing command={command} />
          </p>
        )}
        {opened ? (
          <CommandDetails id={command.id} />
        ) : (
          <button
            type="button"
            className="quiet-button command-more"
            aria-expanded={false}
            onClick={() => setOpened(true)}
          >
            <Icon name="chevron-right" />
            What happened
            <span className="heard"> with command {command.id}</span>
          </button>
        )}
      </article>
    </li>
  );
}

function actsFor({ id, state, type }: CommandRow): Act[] {
  if (state === "queued" || state === "running")
    return [
      {
        word: "Cancel",
        icon: "cancelled",
        path: `/commands/${id}/cancel`,
        done: state === "queued" ? "Cancelled" : "Told to stop",
        question: {
          title: `Cancel command ${id}?`,
          words: `“${commandWords[type]}” ends. What it has done at the forge by then stays there.`,
        },
      },
    ];
  if (state === "succeeded") return [];
  return [{ word: "Try again", icon: "replay", path: `/commands/${id}/retry`, done: "Is tried again" }];
}

function CommandDetails({ id }: { id: number }) {
  const query = useCommand(id);
  const command = query.data;
  if (query.isError && command === undefined)
    return <FailureNotice what={`Command ${id}`} error={query.error} onRetry={() => void query.refetch()} />;
  if (command === undefined) return <LineSkeletons lines={4} />;
  return (
    <div className="command-details">
      {command.links.length === 0 ? null : (
        <p className="panel-links">
          <ReviewOf command={command} />
          <CommandLinks links={command.links} />
        </p>
      )}
      <PanelSection title="What happened" beside="times in UTC">
        <CommandHistory command={command} />
      </PanelSection>
      {command.effects.length === 0 ? null : (
        <PanelSection title="What it did outside">
          <EffectList effects={command.effects} />
        </PanelSection>
      )}
      <LeftBehind command={command} />
      <p className="panel-links">
        {command.caused_by_command_id === null ? null : (
          <a href={`#command-${command.caused_by_command_id}`}>Because of command {command.caused_by_command_id}</a>
        )}
        <Link href={`/audit?actor=${encodeURIComponent(`command ${id}`)}`}>What it sent, in the audit log</Link>
      </p>
      <RawJson text={JSON.stringify(command.payload)} label="What was asked" />
      {Object.keys(command.result).length === 0 ? null : (
        <RawJson text={JSON.stringify(command.result)} label="What it answered" />
      )}
    </div>
  );
}

/** The page of the review that it made; nothing for other work, and for what was only tried. */
function ReviewOf({ command: { result } }: { command: Command }) {
  const id = result["review_id"];
  return typeof id === "number" ? <Link href={`/reviews/${id}`}>The review</Link> : null;
}

/** Files on the machine that did it: a page cannot open them, a person there can. */
function LeftBehind({ command: { artifacts, log_path } }: { command: Command }) {
  const files = [...Object.entries(artifacts), ...(log_path === null ? [] : [["log", log_path] as const])];
  if (files.length === 0) return null;
  return (
    <PanelSection title="Files that it left">
      <dl className="file-list">
        {files.map(([name, path]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Copyable text={path} what={`path of ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
    </PanelSection>
  );
}
