/** Who wrote or made a commit. */
export type Person = { name: string; email: string };

type CommitParts = {
  treeSha: string;
  parentShas: string[];
  author: Person;
  committer: Person;
  atSeconds: number;
  message: string;
};

/** A commit as git stores it, in UTF-8, its times in UTC. */
export function formatCommit({ treeSha, parentShas, author, committer, atSeconds, message }: CommitParts): Buffer {
  if (!Number.isSafeInteger(atSeconds) || atSeconds < 0)
    throw new RangeError("A commit's time is whole seconds since 1970");
  const lines = [
    `tree ${treeSha}`,
    ...parentShas.map((sha) => `parent ${sha}`),
    `author ${signature(author)} ${atSeconds} +0000`,
    `committer ${signature(committer)} ${atSeconds} +0000`,
    "",
    `${body(message)}\n`,
  ];
  return Buffer.from(lines.join("\n").toWellFormed(), "utf8");
}

/** A line break or a bracket in a name would become a line of the commit, or another address. */
function signature({ name, email }: Person): string {
  return `${oneLine(name) || "unknown"} <${oneLine(email)}>`;
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}<>]+/gu, " ")
    .trim()
    .replace(/^[.,:;"'\\ ]+|[.,:;"'\\ ]+$/g, "");
}

function body(message: string): string {
  return message.replaceAll("\0", "").replaceAll(/\r\n?/g, "\n").trimEnd();
}
