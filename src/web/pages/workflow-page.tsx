import { Link, useParams } from "wouter";
import type { CommandLink } from "../../domain/command.ts";
import { useWorkflow, type Workflow } from "../api/workflows.ts";
import { type Act, Acts } from "../parts/acts.tsx";
import { CommandLinks } from "../parts/command-links.tsx";
import { Copyable } from "../parts/copyable.tsx";
import { EmptyState, FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Fact, FactList } from "../parts/side-panel.tsx";
import { WorkflowBadge } from "../parts/state-badge.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { repositoryName } from "../text/repository-name.ts";
import { CommandCard } from "./command-card.tsx";

/** One piece of work: what was asked, what was done for it one after the other, and what can be done now. */
export function WorkflowPage() {
  const { id } = useParams<{ id: string }>();
  const query = useWorkflow(id);
  const workflow = query.data;
  return (
    <>
      <nav className="crumbs" aria-label="Way back">
        <Link href="/workflows">Work</Link>
      </nav>
      <PageHead title={workflow?.title ?? id} />
      {query.isError && workflow === undefined ? (
        <FailureNotice what="The work" error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <LineSkeletons lines={10} /> : null}
      {workflow === undefined ? null : (
        <>
          <WorkflowHead workflow={workflow} />
          <Commands workflow={workflow} />
        </>
      )}
    </>
  );
}

function WorkflowHead({ workflow }: { workflow: Workflow }) {
  const { id, state, repository_key, requested_by, created_at, ended_at, checkout_dir, issue_dir } = workflow;
  return (
    <section className="sheet workflow-head" aria-label="About this work">
      <div className="workflow-line">
        <WorkflowBadge state={state} />
        <Copyable text={id} what="id" />
        <CommandLinks links={linksOf(workflow)} />
        <Acts of={id} acts={actsFor(workflow)} />
      </div>
      <FactList>
        <Fact name="Repository">
          {repository_key === null ? <Absent /> : <OutsideText>{repositoryName(repository_key)}</OutsideText>}
        </Fact>
        <Fact name="Asked for by">
          <OutsideText>{requested_by}</OutsideText>
        </Fact>
        <Fact name="Begun">
          <TimeAgo at={created_at} />
        </Fact>
        <Fact name="Ended">
          <TimeAgo at={ended_at} />
        </Fact>
        {checkout_dir === null ? null : (
          <Fact name="Checkout" wide>
            <Copyable text={checkout_dir} what="checkout" />
          </Fact>
        )}
        {issue_dir === null ? null : (
          <Fact name="Artifacts go to" wide>
            <Copyable text={issue_dir} what="folder" />
          </Fact>
        )}
      </FactList>
      <p className="panel-links">
        <Link href={`/audit?subject=${encodeURIComponent(`workflow ${id}`)}`}>
          What operators asked, in the audit log
        </Link>
      </p>
    </section>
  );
}

/** Each thing once, though a command and the one after it may both name it. */
function linksOf({ latest_commands: commands }: Workflow): CommandLink[] {
  return [...new Map(commands.flatMap(({ links }) => links).map((link) => [link.url, link])).values()];
}

function actsFor({ id, state }: Workflow): Act[] {
  const path = `/workflows/${encodeURIComponent(id)}`;
  const pause: Act = { word: "Pause", icon: "pause", path: `${path}/pause`, done: "Paused" };
  const resume: Act = { word: "Resume", icon: "play", path: `${path}/resume`, done: "Resumed" };
  const retry: Act = { word: "Try again", icon: "replay", path: `${path}/retry`, done: "Is tried again" };
  const cancel: Act = {
    word: "Cancel work",
    icon: "cancelled",
    path: `${path}/cancel`,
    done: "Cancelled",
    question: {
      title: `Cancel ${id}?`,
      words:
        "All that waits or runs of it ends. What exists at the forge by now, a branch or a pull request, stays there and is yours to close.",
    },
  };
  switch (state) {
    case "active":
      return [pause, cancel];
    case "paused":
      return [resume, cancel];
    case "failed":
      return [retry, cancel];
    case "cancelled":
      return [retry];
    case "succeeded":
      return [];
  }
}

function Commands({ workflow: { id, commands } }: { workflow: Workflow }) {
  if (commands.length === 0)
    return (
      <section className="sheet">
        <EmptyState icon="work" title="Nothing was asked for yet.">
          <p>This work has begun, and waits for its first command.</p>
          <pre className="command">pullwright commands queue create_pull_request --workflow {id}</pre>
        </EmptyState>
      </section>
    );
  return (
    <ol className="command-list" aria-label="Commands">
      {commands.map((command, index) => (
        <CommandCard
          key={command.id}
          command={command}
          isOpened={index === commands.length - 1 || command.ended_at === null || command.state === "failed"}
        />
      ))}
    </ol>
  );
}
