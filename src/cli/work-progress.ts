import { styleText } from "node:util";
import type { CommandType } from "../domain/command.ts";

export type WorkProgress = {
  /** A step of the work was reached. */
  step: (step: string) => void;
  say: (text: string) => void;
  /** Clears the line. */
  end: () => void;
};

/** What the work is at, on one line of a terminal; nothing where nobody looks. While an agent is asked the seconds are counted. */
export function createWorkProgress(type: CommandType, { isShown }: { isShown: boolean }): WorkProgress {
  let last = "";
  let counting: NodeJS.Timeout | undefined;
  const show = (text: string): void => {
    if (!isShown || text === last) return;
    last = text;
    process.stderr.write(`\r\u001b[2K${styleText("dim", text)}`);
  };
  const stopCounting = (): void => clearInterval(counting);
  const count = (words: string): void => {
    const sinceMs = performance.now();
    counting = setInterval(() => show(`${words} ${Math.round((performance.now() - sinceMs) / 1000)} s`), 1000);
    counting.unref();
  };
  return {
    step: (step) => {
      const words = wordsOf[type][step];
      if (words === undefined) return;
      stopCounting();
      show(words);
      if (step === "agent.before") count(words);
    },
    say: (text) => {
      stopCounting();
      show(text);
    },
    end: () => {
      stopCounting();
      if (isShown && last !== "") process.stderr.write("\r\u001b[2K");
      last = "";
    },
  };
}

const wordsOf: Record<CommandType, Record<string, string>> = {
  create_pull_request: {
    "claim.after": "Reading the checkout …",
    "fetch.before": "Fetching the base …",
    "commit.before": "Making the commit …",
    "push.sending": "Pushing …",
    "create-pull-request.looked": "Opening the pull request …",
    "create-pull-request.acted": "Writing down what was done …",
  },
  review_pull_request: {
    "claim.after": "Asking the forge …",
    "review-check.acted": "Fetching the change …",
    "review.fetched": "Cutting the change into parts …",
    "agent.before": "The agent reads the change …",
    "agent.after": "Reading its answer …",
    "review.judged": "Writing down what was said …",
    "review.decided": "Posting …",
    "review.posted": "Writing down what was done …",
  },
  execute_plan: {
    "claim.after": "Taking the plan …",
    "agent.before": "The agent works …",
    "agent.after": "Looking at what it did …",
  },
};
