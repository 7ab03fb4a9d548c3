import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { ApiError } from "./api/request.ts";
import { signOut } from "./api/session.ts";
import { useStatus } from "./api/status.ts";
import { GoTo } from "./keyboard/go-to.tsx";
import { SingleKeysProvider } from "./keyboard/keys.tsx";
import { LiveProvider } from "./live/live-provider.tsx";
import { AuditPage } from "./pages/audit-page.tsx";
import { CiRunsPage } from "./pages/ci-runs-page.tsx";
import { CommandPage } from "./pages/command-page.tsx";
import { DeliveriesPage } from "./pages/deliveries-page.tsx";
import { LivePage } from "./pages/live-page.tsx";
import { NotFoundPage } from "./pages/not-found-page.tsx";
import { PullRequestsPage } from "./pages/pull-requests-page.tsx";
import { ReviewPage } from "./pages/review-page.tsx";
import { ReviewsPage } from "./pages/reviews-page.tsx";
import { SignedOutPage } from "./pages/signed-out-page.tsx";
import { WorkPage } from "./pages/work-page.tsx";
import { WorkflowPage } from "./pages/workflow-page.tsx";
import { ErrorBoundary } from "./parts/error-boundary.tsx";
import { NowProvider, TimeAgo } from "./parts/time-ago.tsx";
import { TopBar } from "./parts/top-bar.tsx";

/** The dashboard. Any answer that says "who are you?" leads to the signed-out page, from wherever it came. */
export function App() {
  const [signedOut, setSignedOut] = useState(false);
  const [queries] = useState(() => newQueryClient(() => setSignedOut(true)));

  function enter(): void {
    queries.clear();
    setSignedOut(false);
  }

  return (
    <QueryClientProvider client={queries}>
      <NowProvider>
        <SingleKeysProvider>
          {signedOut ? <SignedOutPage onSignedIn={enter} /> : <SignedIn onSignOut={() => setSignedOut(true)} />}
        </SingleKeysProvider>
      </NowProvider>
    </QueryClientProvider>
  );
}

function SignedIn({ onSignOut }: { onSignOut: () => void }) {
  const place = useLocation()[0].split("/")[1];
  return (
    <LiveProvider>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <TopBar />
      <main id="main" tabIndex={-1}>
        {/* A new place gets a new boundary, so that a page that broke can be left. */}
        <ErrorBoundary key={place}>
          <Switch>
            <Route path="/" component={LivePage} />
            <Route path="/prs/:id?" component={PullRequestsPage} />
            <Route path="/runs/:id?" component={CiRunsPage} />
            <Route path="/reviews" component={ReviewsPage} />
            <Route path="/reviews/:id" component={ReviewPage} />
            <Route path="/workflows" component={WorkPage} />
            <Route path="/workflows/:id" component={WorkflowPage} />
            <Route path="/commands/:id" component={CommandPage} />
            <Route path="/deliveries/:id?" component={DeliveriesPage} />
            <Route path="/audit/:id?" component={AuditPage} />
            <Route component={NotFoundPage} />
          </Switch>
        </ErrorBoundary>
      </main>
      <Foot onSignOut={onSignOut} />
    </LiveProvider>
  );
}

function Foot({ onSignOut }: { onSignOut: () => void }) {
  const { data: status } = useStatus();
  return (
    <footer className="foot">
      {status === undefined ? (
        <span />
      ) : (
        <span>
          {status.store.engine === "postgres" ? "PostgreSQL" : "SQLite"}, started <TimeAgo at={status.started_at} />
        </span>
      )}
      <span className="foot-links">
        <GoTo />
        <a className="quiet-button" href="/api/docs">
          API
        </a>
        <button type="button" className="quiet-button" onClick={() => void signOut().finally(onSignOut)}>
          Sign out
        </button>
      </span>
    </footer>
  );
}

function newQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: Error) => error instanceof ApiError && error.status === 401 && onSignedOut();
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.retryable,
      },
    },
  });
}
