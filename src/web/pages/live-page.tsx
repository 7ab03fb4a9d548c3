import { useStatus } from "../api/status.ts";
import { FailureNotice } from "../parts/notices.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Activity } from "./activity.tsx";
import { EventFeed } from "./event-feed.tsx";
import { HeadNumbers } from "./head-numbers.tsx";
import { SetupCard } from "./setup-card.tsx";
import { Sources } from "./sources.tsx";

/** What comes in right now, and whether everything that should come in does. */
export function LivePage() {
  const { data: status, isError, error, refetch } = useStatus();
  const firstTime = status !== undefined && status.sources.every((source) => !source.configured);
  return (
    <>
      <PageHead title="Live" />
      {isError && status === undefined ? (
        <FailureNotice what="The status" error={error} onRetry={() => void refetch()} />
      ) : null}
      {firstTime ? <SetupCard steps={status.setup} firstTime /> : null}
      <HeadNumbers counts={status?.counts} />
      {status !== undefined && !firstTime && status.setup.length > 0 ? (
        <SetupCard steps={status.setup} firstTime={false} />
      ) : null}
      <div className="live-columns">
        <div className="live-main">
          <Activity />
          <EventFeed />
        </div>
        <Sources sources={status?.sources} />
      </div>
    </>
  );
}
