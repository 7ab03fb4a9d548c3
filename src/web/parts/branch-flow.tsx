import { Icon } from "./icon.tsx";
import { OutsideText } from "./outside-text.tsx";
import { Absent } from "./time-ago.tsx";

/** From which branch into which. */
export function BranchFlow({ head, base }: { head: string | null; base: string | null }) {
  if (head === null && base === null) return <Absent />;
  return (
    <span className="branch-flow">
      {head === null ? <Absent /> : <BranchName name={head} />}
      <Icon name="arrow-right" />
      <span className="heard">into</span>
      {base === null ? <Absent /> : <BranchName name={base} />}
    </span>
  );
}

export function BranchName({ name }: { name: string }) {
  return (
    <code className="branch-name" title={name}>
      <OutsideText>{name}</OutsideText>
    </code>
  );
}
