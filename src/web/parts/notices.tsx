import type { ReactNode } from "react";
import { errorCodes, type ErrorCode } from "../../domain/error.ts";
import { ApiError } from "../api/request.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Prose } from "./prose.tsx";

/** Nothing is here, and that is fine: says what would be here and how it comes. */
export function EmptyState({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty-state">
      <span className="empty-picture">
        <Icon name={icon} />
      </span>
      <p className="empty-title">{title}</p>
      {children === undefined ? null : <div className="empty-words">{children}</div>}
    </div>
  );
}

/** Something could not be read: what, and what to do now. */
export function FailureNotice({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  const { code, message } = error instanceof ApiError ? error : { code: "INTERNAL", message: String(error) };
  const remedy = remedyOf(code);
  return (
    <div className="failure-notice" role="alert">
      <Icon name="warning" />
      <div>
        <p className="failure-title">{what} could not be read.</p>
        <p>
          {message} <Prose>{remedy}</Prose>
        </p>
        <p className="failure-foot">
          <button type="button" className="button" onClick={onRetry}>
            <Icon name="replay" />
            Try again
          </button>
          <code>{code}</code>
        </p>
      </div>
    </div>
  );
}

/** What the closed list says about a code; null for one that a newer server made up. */
export function describedCode(code: string): { meaning: string; remedy: string } | null {
  return Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode] : null;
}

function remedyOf(code: string): string {
  if (code === "UNREACHABLE") return "This page tries again by itself.";
  return describedCode(code)?.remedy ?? "";
}

/** Grey lines where words will be. */
export function LineSkeletons({ lines }: { lines: number }) {
  return (
    <div className="skeleton-lines" aria-hidden="true">
      {[...Array(lines).keys()].map((line) => (
        <span key={line} className={`skeleton skeleton-${line % 4}`} />
      ))}
    </div>
  );
}
