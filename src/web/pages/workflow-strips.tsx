import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CiRunRow } from "../api/ci-runs.ts";
import { readRecordListPage } from "../api/record-list.ts";
import { OutsideText } from "../parts/outside-text.tsx";
import { runName } from "../parts/run-list.tsx";
import { share } from "../text/quantity.ts";

/** How many of the latest runs the strips are drawn from, and how many fit in one. */
const runsRead = 200;
const runsPerStrip = 24;
const workflowsShown = 8;

/** How each workflow fared lately: one mark per run, the latest on the right. */
export function WorkflowStrips({ repo }: { repo: string | null }) {
  const [all, setAll] = useState(false);
  const { data } = useQuery({
    queryKey: ["runs", "strips", repo],
    queryFn: ({ signal }) => readRecordListPage<CiRunRow>("runs", { repo, limit: String(runsRead) }, signal),
  });
  const workflows = workflowsOf(data?.data ?? []);
  if (workflows.length === 0) return null;
  const shown = all ? workflows : workflows.slice(0, workflowsShown);
  return (
    <section className={all ? "sheet strips is-whole" : "sheet strips"} aria-label="Workflows">
      <ul>
        {shown.map((workflow) => (
          <li key={workflow.key}>
            <span className="strip-names">
              <OutsideText className="strip-name">{workflow.name}</OutsideText>
              <OutsideText className="muted">{workflow.repository}</OutsideText>
            </span>
            <span
              className="strip"
              // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a picture that is drawn, not loaded
              role="img"
              aria-label={`Last ${workflow.runs.length} runs: ${workflow.passed} passed, ${workflow.failed} failed`}
            >
              {workflow.runs.map((run) => (
                <span key={run.id} className={`strip-run strip-${markOf(run)}`} />
              ))}
            </span>
            <span className="strip-share numeric" aria-hidden="true">
              {share(workflow.passed, workflow.passed + workflow.failed)}
            </span>
          </li>
        ))}
      </ul>
      {workflows.length > workflowsShown ? (
        <button type="button" className="quiet-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${workflows.length} workflows`}
        </button>
      ) : null}
    </section>
  );
}

type Workflow = { key: string; name: string; repository: string; runs: CiRunRow[]; passed: number; failed: number };

/** Grouped by repository and name, those whose latest run failed first. The list comes newest first; the strips are drawn oldest first. */
function workflowsOf(rows: CiRunRow[]): Workflow[] {
  const groups = Map.groupBy(rows, (row) => `${row.repo_slug}\n${runName(row)}`);
  return [...groups]
    .map(([key, group]) => workflowOf(key, group))
    .toSorted(
      (one, other) =>
        Number(lastFailed(other)) - Number(lastFailed(one)) ||
        other.runs.length - one.runs.length ||
        one.key.localeCompare(other.key),
    );
}

function workflowOf(key: string, group: CiRunRow[]): Workflow {
  const runs = group.slice(0, runsPerStrip).toReversed();
  const [repository = "", name = ""] = key.split("\n");
  return {
    key,
    name,
    repository,
    runs,
    passed: runs.filter((run) => run.status === "success").length,
    failed: runs.filter((run) => run.status === "failure").length,
  };
}

function lastFailed(workflow: Workflow): boolean {
  return workflow.runs.findLast((run) => run.status === "success" || run.status === "failure")?.status === "failure";
}

function markOf(run: CiRunRow): "success" | "failure" | "pending" | "other" {
  if (run.status === "success" || run.status === "failure") return run.status;
  return run.status === "pending" || run.status === "in_progress" ? "pending" : "other";
}
