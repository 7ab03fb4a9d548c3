import { useRecordList } from "../api/record-list.ts";
import { type Status, useStatus } from "../api/status.ts";
import { type WorkflowCommand, type WorkflowRow, workRefetchMs } from "../api/workflows.ts";
import { CommandLinks } from "../parts/command-links.tsx";
import { Choice, type Option, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { ListPage } from "../parts/list-page.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import type { RecordColumn } from "../parts/record-table.tsx";
import { RepositoryName } from "../parts/repository-name.tsx";
import { Standing } from "../parts/standing.tsx";
import { WorkflowBadge } from "../parts/state-badge.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { WorkSteps } from "../parts/work-steps.tsx";
import { counted } from "../text/quantity.ts";
import { repositoryName } from "../text/repository-name.ts";

/** With how many are held and how many have failed: those wait for a person. */
function statesWith(counts: Status["counts"] | undefined): Option[] {
  return [
    ["active", "Active"],
    ["paused", "Paused", counts?.workflows_paused ?? 0],
    ["failed", "Failed", counts?.workflows_failed ?? 0],
    ["succeeded", "Succeeded"],
    ["cancelled", "Cancelled"],
  ];
}

const columns: RecordColumn<WorkflowRow>[] = [
  { id: "state", header: "State", cell: (row) => <WorkflowBadge state={row.state} />, sortBy: (row) => row.state },
  {
    id: "title",
    header: "Work",
    cell: (row) => (
      <>
        {row.title === null ? null : <OutsideText className="work-title">{row.title}</OutsideText>}
        <span className="work-id">{row.id}</span>
      </>
    ),
    sortBy: (row) => row.title ?? row.id,
  },
  {
    id: "repository",
    header: "Repository",
    cell: (row) =>
      row.repository_key === null ? <Absent /> : <RepositoryName name={repositoryName(row.repository_key)} />,
    sortBy: (row) => row.repository_key,
  },
  { id: "steps", header: "Steps", cell: (row) => <WorkSteps commands={row.latest_commands} /> },
  { id: "standing", header: "Where it stands", cell: (row) => <WhereItStands commands={row.latest_commands} /> },
  { id: "result", header: "Result", cell: (row) => <Result commands={row.latest_commands} /> },
  {
    id: "updated",
    header: "Updated",
    cell: (row) => <TimeAgo at={updatedAt(row)} />,
    sortBy: updatedAt,
    largestFirst: true,
  },
];

const filterNames = ["state"] as const;

/** Pieces of work with how far each has come. */
export function WorkPage() {
  const { filters, search, setFilter } = useFilters(filterNames);
  const { data: status } = useStatus();
  const list = useRecordList<WorkflowRow>("workflows", filters, (rows) =>
    rows.some((row) => row.state === "active") ? workRefetchMs : false,
  );
  return (
    <ListPage
      title="Work"
      path="/workflows"
      search={search}
      list={list}
      layout="work-table"
      columns={columns}
      linkColumn="title"
      hrefOf={(row) => `/workflows/${encodeURIComponent(row.id)}`}
      filters={
        <Choice
          label="State"
          options={statesWith(status?.counts)}
          value={filters.state}
          onChange={(value) => setFilter("state", value)}
        />
      }
      noneIsGood={
        filters.state === "failed" ? (
          <EmptyState icon="check" title="Nothing has failed.">
            <p>What fails stays here with its reason until it is tried again or cancelled.</p>
          </EmptyState>
        ) : null
      }
      noMatch={{ title: "No work matches.", words: "Nothing in the store is in this state." }}
      none={
        <EmptyState icon="work" title="No work yet.">
          <p>A piece of work begins with a plan, a command, or a rule that answers a webhook. To begin one:</p>
          <pre className="command">pullwright workflows start SCRUM-123 --checkout ~/work/web</pre>
          <pre className="command">pullwright commands queue create_pull_request --workflow SCRUM-123</pre>
        </EmptyState>
      }
    />
  );
}

/** What people want to know first: what goes on, else what went wrong, else how the last one ended. */
function WhereItStands({ commands }: { commands: WorkflowCommand[] }) {
  const command =
    commands.find((one) => one.ended_at === null) ??
    commands.findLast((one) => one.state === "failed") ??
    commands.at(-1);
  return command === undefined ? (
    <span className="muted">Nothing was asked for yet</span>
  ) : (
    <Standing command={command} />
  );
}

function Result({ commands }: { commands: WorkflowCommand[] }) {
  const links = commands.flatMap((command) => command.links).slice(-1);
  const artifacts = commands.flatMap((command) => Object.keys(command.artifacts));
  if (links.length === 0 && artifacts.length === 0) return <Absent />;
  return (
    <span className="work-result">
      <CommandLinks links={links} />
      {artifacts.length === 0 ? null : (
        <span className="muted" title={artifacts.join(", ")}>
          {counted(artifacts.length, "file")}
        </span>
      )}
    </span>
  );
}

/** A command moves without its workflow's state changing. */
function updatedAt({ updated_at, latest_commands }: WorkflowRow): string {
  return latest_commands.reduce(
    (latest, command) => (command.updated_at > latest ? command.updated_at : latest),
    updated_at,
  );
}
