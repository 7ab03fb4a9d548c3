import type { CommandType } from "../../domain/command.ts";
import { commandWords } from "../../domain/command-words.ts";
import type { WorkflowCommand } from "../api/workflows.ts";
import { Icon } from "./icon.tsx";
import { commandLooks } from "./state-badge.tsx";
import { Absent } from "./time-ago.tsx";

const shortWords: Record<CommandType, string> = {
  execute_plan: "Plan",
  create_pull_request: "Pull request",
  review_pull_request: "Review",
};

/** How far a piece of work has come, step by step, in the space of a cell. */
export function WorkSteps({ commands }: { commands: WorkflowCommand[] }) {
  if (commands.length === 0) return <Absent word="nothing asked for" />;
  return (
    <ol className="work-steps">
      {commands.map((command) => {
        const { icon, tone, word } = commandLooks[command.state];
        const attempt =
          command.attempt > 1 && command.ended_at === null ? `${command.attempt}/${command.attempts_max}` : null;
        return (
          <li
            key={command.id}
            className={`tone-${tone === "plain" ? "good" : tone}`}
            title={`${commandWords[command.type]}: ${word.toLowerCase()}`}
          >
            <Icon name={icon} />
            <span className="work-step-word">{shortWords[command.type]}</span>
            {attempt === null ? null : <span className="numeric muted">{attempt}</span>}
            <span className="heard">{word}</span>
          </li>
        );
      })}
    </ol>
  );
}
