import { Component, type ReactNode } from "react";
import { Icon } from "./icon.tsx";

type State = { error: Error | null };

/**
 * Keeps a fault in one part of the page from taking the rest away. A class, because React has no other way. What broke is in the browser's
 * console, where React puts it.
 */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <BrokenPage error={this.state.error} />;
  }
}

function BrokenPage({ error }: { error: Error }) {
  return (
    <div className="failure-notice" role="alert">
      <Icon name="warning" />
      <div>
        <p className="failure-title">This page broke.</p>
        <p>Load it again. If that does not help, report the message below with the version.</p>
        <p className="failure-foot">
          <button type="button" className="button" onClick={() => location.reload()}>
            <Icon name="replay" />
            Load again
          </button>
          <code>{error.message}</code>
        </p>
      </div>
    </div>
  );
}
