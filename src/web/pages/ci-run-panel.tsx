import { Link } from "wouter";
import { type CiRun, useCiRun } from "../api/ci-runs.ts";
import { BranchName } from "../parts/branch-flow.tsx";
import { CommitSha, Copyable } from "../parts/copyable.tsx";
import { RawJson } from "../parts/json-view.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { RecordPanel } from "../parts/record-panel.tsx";
import { runName } from "../parts/run-list.tsx";
import { Fact, FactList } from "../parts/side-panel.tsx";
import { CiRunBadge } from "../parts/state-badge.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { TruthNote } from "../parts/truth-note.tsx";
import { duration } from "../text/relative-time.ts";

/** Everything that is known of one CI run. */
export function CiRunPanel({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <RecordPanel
      id={id}
      onClose={onClose}
      query={useCiRun(id)}
      word="CI run"
      what="The run"
      Eyebrow={Eyebrow}
      title={runName}
      Actions={Actions}
      Details={Details}
    />
  );
}

function Eyebrow({ record: { status, repo_slug } }: { record: CiRun }) {
  return (
    <>
      <CiRunBadge status={status} />
      <OutsideText>{repo_slug}</OutsideText>
    </>
  );
}

function Actions({ record: { url, provider } }: { record: CiRun }) {
  return <OutsideLink url={url}>{provider}</OutsideLink>;
}

function Details({ record: run }: { record: CiRun }) {
  return (
    <>
      {run.truth_wanted ? <TruthNote /> : null}
      <FactList>
        <Fact name="Commit">
          <CommitSha sha={run.commit_sha} />
        </Fact>
        <Fact name="Branch">{run.branch === null ? <Absent /> : <BranchName name={run.branch} />}</Fact>
        <Fact name="Kind">
          {run.kind}, {run.provider}
        </Fact>
        <Fact name="Started by">
          {run.event === null ? <Absent word="unknown" /> : <OutsideText>{run.event}</OutsideText>}
        </Fact>
        <Fact name="Run id">
          <Copyable text={run.run_id} what="run id" />
        </Fact>
        <Fact name="Attempt">{run.run_attempt}</Fact>
        <Fact name="Started">
          <TimeAgo at={run.started_ts} />
        </Fact>
        <Fact name="Completed">
          <TimeAgo at={run.completed_ts} />
        </Fact>
        <Fact name="Duration">{duration(run.started_ts, run.completed_ts) ?? <Absent />}</Fact>
      </FactList>
      <p className="panel-links">
        <Link href={`/runs?commit_sha=${run.commit_sha}`}>All runs on this commit</Link>
        <Link href={`/prs?repo=${encodeURIComponent(run.repo_slug)}`}>Pull requests of this repository</Link>
      </p>
      <RawJson text={run.raw_json} label="Latest payload" />
    </>
  );
}
