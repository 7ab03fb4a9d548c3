import type { SetupStep } from "../api/status.ts";
import { Prose } from "../parts/prose.tsx";

/** What to do next. Large while nothing is configured, a list of remarks later. */
export function SetupCard({ steps, firstTime }: { steps: SetupStep[]; firstTime: boolean }) {
  return (
    <section className="sheet setup-card" aria-labelledby="setup-title">
      <h2 id="setup-title">{firstTime ? "Nothing can come in yet" : "What to do next"}</h2>
      {firstTime ? (
        <p className="setup-lead">
          Pullwright takes only webhooks that it can verify. Give it a secret, give the forge the same one, and the next
          event appears here.
        </p>
      ) : null}
      <ol>
        {steps.map((step) => (
          <li key={step.what}>
            <span className="setup-what">
              <Prose>{step.what}</Prose>
            </span>
            <span className="setup-how">
              <Prose>{step.how}</Prose>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
