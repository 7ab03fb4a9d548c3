import { useState, type FormEvent } from "react";
import { ApiError } from "../api/request.ts";
import { signIn } from "../api/session.ts";
import { Icon } from "../parts/icon.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Mark } from "../parts/top-bar.tsx";

/** The way in for who has no session: the link that `start` prints, or the token itself. */
export function SignedOutPage({ onSignedIn }: { onSignedIn: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    setBusy(true);
    try {
      await signIn(typeof token === "string" ? token.trim() : "");
      onSignedIn();
    } catch (error) {
      setProblem(
        error instanceof ApiError && error.status !== 401
          ? error.message
          : "That is not the token. It is in the file api-token of the data directory.",
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="signed-out" id="main">
      <div className="signed-out-card">
        <Mark />
        <PageHead title="Signed out" />
        <p>
          {linkExpired() ? "That link was used before, or is older than ten minutes. " : null}
          Open the sign-in link that <code>pullwright start</code> prints. It works once.
        </p>
        <form onSubmit={(event) => void submit(event)}>
          <label htmlFor="token">Or paste the API token</label>
          <p className="muted" id="token-where">
            It is in <code>~/.pullwright/api-token</code>, or in <code>api-token</code> of your data directory.
          </p>
          <div className="token-line">
            <input
              id="token"
              name="token"
              type="password"
              required
              autoComplete="current-password"
              spellCheck={false}
              aria-describedby="token-where token-problem"
              aria-invalid={problem !== null}
            />
            <button type="submit" className="button button-strong" disabled={busy}>
              Sign in
            </button>
          </div>
          <p className="token-problem tone-bad" id="token-problem" role="alert">
            {problem === null ? null : (
              <>
                <Icon name="warning" />
                {problem}
              </>
            )}
          </p>
        </form>
      </div>
    </main>
  );
}

/** Where the server sends a browser whose sign-in link has run out. */
function linkExpired(): boolean {
  return new URLSearchParams(location.search).get("sign-in") === "expired";
}
