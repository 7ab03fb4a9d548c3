import type { UseQueryResult } from "@tanstack/react-query";
import type { ComponentType } from "react";
import { FailureNotice, LineSkeletons } from "./notices.tsx";
import { OutsideText } from "./outside-text.tsx";
import { SidePanel } from "./side-panel.tsx";

type RecordPanelProps<Whole> = {
  id: string;
  onClose: () => void;
  query: UseQueryResult<Whole>;
  /** What it is, until it is there: `Pull request`. */
  word: string;
  /** In a sentence that says that it did not come: `The pull request`. */
  what: string;
  /** What stands above the title. */
  Eyebrow: Part<Whole>;
  title: (record: Whole) => string;
  Actions?: Part<Whole>;
  Details: Part<Whole>;
};

type Part<Whole> = ComponentType<{ record: Whole }>;

/** The panel of a record that is read when it opens: grey lines until it is there, or why it did not come. */
export function RecordPanel<Whole>(props: RecordPanelProps<Whole>) {
  const { id, onClose, query, word, what, Eyebrow, title, Actions, Details } = props;
  const record = query.data;
  const isThere = record !== undefined;
  return (
    <SidePanel
      recordId={id}
      onClose={onClose}
      eyebrow={isThere ? <Eyebrow record={record} /> : word}
      title={isThere ? <OutsideText>{title(record)}</OutsideText> : query.isError ? word : "Loading…"}
      actions={isThere && Actions !== undefined ? <Actions record={record} /> : null}
    >
      {query.isError && !isThere ? (
        <FailureNotice what={what} error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <LineSkeletons lines={8} /> : null}
      {isThere ? <Details record={record} /> : null}
    </SidePanel>
  );
}
