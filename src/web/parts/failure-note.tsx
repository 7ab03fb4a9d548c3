import { Icon } from "./icon.tsx";
import { describedCode } from "./notices.tsx";
import { OutsideText } from "./outside-text.tsx";
import { Prose } from "./prose.tsx";

/** What failed leads with its code, what that means, the reason in this case, and what a person can do. */
export function FailureNote({
  code,
  meaning,
  because,
  remedy,
}: {
  code: string;
  /** Where the code is none that this page knows. */
  meaning: string;
  because: string | null;
  /** Where it is told with the case. */
  remedy?: string | null;
}) {
  const described = describedCode(code);
  const advice = remedy ?? described?.remedy ?? null;
  return (
    <div className="death-note">
      <p className="death-code">
        <Icon name="warning" />
        <code>{code}</code>
      </p>
      <p className="death-meaning">{described?.meaning ?? meaning}</p>
      {because === null || because === described?.meaning ? null : (
        <p>
          <OutsideText>{because}</OutsideText>
        </p>
      )}
      {advice === null ? null : (
        <p>
          <strong>What to do:</strong> <Prose>{advice}</Prose>
        </p>
      )}
    </div>
  );
}
