import { Icon } from "./icon.tsx";

/** Two payloads of the same moment said different things. */
export function TruthNote() {
  return (
    <p className="note">
      <Icon name="warning" />
      Two payloads of the same moment disagree; the forge will be asked which is right.
    </p>
  );
}
