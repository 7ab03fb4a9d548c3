import type { Commit, Person, Repository } from "../world.ts";

/** One attempt of a run, whoever runs it. */
export type Run = {
  id: number;
  name: string;
  attempt: number;
  status: "in_progress" | "success" | "failure";
  branch: string;
  commit: Commit;
  repository: Repository;
  startedBy: Person;
  startedAt: Date;
  /** When it ended; null while it runs. */
  endedAt: Date | null;
};

/** When something was last heard of it. */
export function lastChangeOf(run: Run): Date {
  return run.endedAt ?? run.startedAt;
}
