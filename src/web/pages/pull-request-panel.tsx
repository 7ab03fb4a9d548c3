import type { ReactNode } from "react";
import { Link } from "wouter";
import { conditionOf, usePullRequest, type PullRequest, type RevertLink } from "../api/pull-requests.ts";
import { BranchFlow } from "../parts/branch-flow.tsx";
import { CommitSha } from "../parts/copyable.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { RawJson } from "../parts/json-view.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { RecordPanel } from "../parts/record-panel.tsx";
import { RunList } from "../parts/run-list.tsx";
import { Fact, FactList, PanelSection } from "../parts/side-panel.tsx";
import { PullRequestBadge } from "../parts/state-badge.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { TruthNote } from "../parts/truth-note.tsx";
import { numberOf, signOf } from "../text/pull-request-name.ts";
import { duration } from "../text/relative-time.ts";
import { ReviewsOfPullRequest } from "./review-lines.tsx";

/** Everything that is known of one pull request. */
export function PullRequestPanel({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <RecordPanel
      id={id}
      onClose={onClose}
      query={usePullRequest(id)}
      word="Pull request"
      what="The pull request"
      Eyebrow={Eyebrow}
      title={(pullRequest) => pullRequest.title ?? "Untitled"}
      Actions={Actions}
      Details={Details}
    />
  );
}

function Eyebrow({ record: pullRequest }: { record: PullRequest }) {
  return (
    <>
      <PullRequestBadge condition={conditionOf(pullRequest)} />
      <span>
        <OutsideText>{pullRequest.repo_slug}</OutsideText> {numberOf(pullRequest)}
      </span>
    </>
  );
}

function Actions({ record: { url, provider } }: { record: PullRequest }) {
  return <OutsideLink url={url}>{provider === "gitlab" ? "GitLab" : "GitHub"}</OutsideLink>;
}

function Details({ record: pullRequest }: { record: PullRequest }) {
  return (
    <>
      {pullRequest.truth_wanted ? <TruthNote /> : null}
      <FactList>
        <Fact name="Branch" wide>
          <BranchFlow head={pullRequest.head_branch} base={pullRequest.base_branch} />
        </Fact>
        <Fact name="Author">
          {pullRequest.author === null ? <Absent /> : <OutsideText>{pullRequest.author}</OutsideText>}
        </Fact>
        <Fact name="Updated">
          <TimeAgo at={pullRequest.updated_at} />
        </Fact>
        <Fact name="Head commit">
          {pullRequest.head_sha === null ? <Absent /> : <CommitSha sha={pullRequest.head_sha} />}
        </Fact>
        <Fact name="Merge commit">
          {pullRequest.merge_commit_sha === null ? <Absent /> : <CommitSha sha={pullRequest.merge_commit_sha} />}
        </Fact>
      </FactList>
      <PanelSection title="Timeline">
        <Timeline pullRequest={pullRequest} />
      </PanelSection>
      {pullRequest.reverted_by.length > 0 ? (
        <PanelSection title="Reverted by">
          <RevertList links={pullRequest.reverted_by} sign={signOf(pullRequest)} />
        </PanelSection>
      ) : null}
      {pullRequest.reverts.length > 0 ? (
        <PanelSection title="Reverts">
          <RevertList links={pullRequest.reverts} sign={signOf(pullRequest)} />
        </PanelSection>
      ) : null}
      <ReviewsOfPullRequest pullRequest={pullRequest} />
      <PullRequestRuns pullRequest={pullRequest} />
      {pullRequest.raw_json === null ? null : <RawJson text={pullRequest.raw_json} label="Latest payload" />}
    </>
  );
}

type Moment = { icon: IconName; tone: string; words: ReactNode; at: string | null; after: string | null };

function Timeline({ pullRequest }: { pullRequest: PullRequest }) {
  return (
    <ol className="timeline">
      {momentsOf(pullRequest).map((moment, index) => (
        <li key={index}>
          <span className={`timeline-mark tone-${moment.tone}`}>
            <Icon name={moment.icon} />
          </span>
          <span className="timeline-words">{moment.words}</span>
          {moment.after === null ? null : <span className="muted numeric">after {moment.after}</span>}
          <span className="muted numeric timeline-at">
            <TimeAgo at={moment.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Opened, merged or closed, reverted, restored: in the order in which they happened. */
function momentsOf(pullRequest: PullRequest): Moment[] {
  const { opened_at, closed_at, merged_at, reverted_at, state, reverted_by } = pullRequest;
  const moments: Moment[] = [{ icon: "pull-request", tone: "good", words: "Opened", at: opened_at, after: null }];
  if (state === "merged")
    moments.push({
      icon: "merged",
      tone: "done",
      words: "Merged",
      at: merged_at,
      after: duration(opened_at, merged_at),
    });
  if (state === "closed")
    moments.push({
      icon: "closed",
      tone: "quiet",
      words: "Closed without a merge",
      at: closed_at,
      after: duration(opened_at, closed_at),
    });
  if (reverted_at !== null)
    moments.push({
      icon: "reverted",
      tone: "warm",
      words: "Reverted",
      at: reverted_at,
      after: duration(merged_at, reverted_at),
    });
  else if (reverted_by.length > 0) {
    for (const link of reverted_by)
      moments.push({
        icon: "reverted",
        tone: "warm",
        words: "Reverted",
        at: link.at,
        after: duration(merged_at, link.at),
      });
    moments.push({
      icon: "restored",
      tone: "good",
      words: "Restored: the revert was itself reverted",
      at: null,
      after: null,
    });
  }
  return moments;
}

const evidenceWords: Record<string, string> = {
  "commit-message": "said in the commit message",
  "pull-request-body": "said in the description",
  "branch-name": "known from the branch name",
};

function RevertList({ links, sign }: { links: RevertLink[]; sign: "#" | "!" }) {
  return (
    <ul className="line-list wordy">
      {links.map((link) => (
        <li key={`${link.kind} ${link.ref}`}>
          <Icon name={link.kind === "commit" ? "push" : "pull-request"} />
          <span className="line-main">
            <RevertName link={link} sign={sign} />
          </span>
          <span className="line-meta">
            <span>{evidenceWords[link.evidence] ?? link.evidence}</span>
            <TimeAgo at={link.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function RevertName({ link, sign }: { link: RevertLink; sign: "#" | "!" }) {
  if (link.kind === "commit") return <CommitSha sha={link.ref} />;
  const words = (
    <>
      {sign + link.ref} {link.title === null ? null : <OutsideText>{link.title}</OutsideText>}
    </>
  );
  return link.id === null ? words : <Link href={`/prs/${link.id}`}>{words}</Link>;
}

function PullRequestRuns({ pullRequest }: { pullRequest: PullRequest }) {
  const { head_sha, merge_commit_sha, runs } = pullRequest;
  const onHead = runs.filter((run) => run.commit_sha === head_sha);
  const onMerge = runs.filter((run) => run.commit_sha === merge_commit_sha && run.commit_sha !== head_sha);
  return (
    <PanelSection title="CI">
      {runs.length === 0 ? <p className="muted">No run is known on the head or merge commit.</p> : null}
      {onHead.length > 0 ? (
        <>
          <h4>On the head commit</h4>
          <RunList runs={onHead} />
        </>
      ) : null}
      {onMerge.length > 0 ? (
        <>
          <h4>On the merge commit</h4>
          <RunList runs={onMerge} />
        </>
      ) : null}
    </PanelSection>
  );
}
