import { Redirect, useParams } from "wouter";
import { useCommand } from "../api/commands.ts";
import { FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { PageHead } from "../parts/page-head.tsx";

/** A command by its number: it is shown with the work that it belongs to. */
export function CommandPage() {
  const { id } = useParams<{ id: string }>();
  const { data: command, error, isError, refetch } = useCommand(id);
  if (command !== undefined)
    return <Redirect to={`/workflows/${encodeURIComponent(command.workflow_id)}#command-${command.id}`} replace />;
  return (
    <>
      <PageHead title={`Command ${id}`} />
      {isError ? (
        <FailureNotice what="The command" error={error} onRetry={() => void refetch()} />
      ) : (
        <LineSkeletons lines={6} />
      )}
    </>
  );
}
