type GroupLook = { word: string; tone: "pull-request" | "ci" | "push" | "other" | "dead" };

const looks: Record<string, GroupLook> = {
  "pull requests": { word: "Pull requests", tone: "pull-request" },
  ci: { word: "CI", tone: "ci" },
  pushes: { word: "Pushes", tone: "push" },
  other: { word: "Other", tone: "other" },
  dead: { word: "Dead", tone: "dead" },
};

/** What a group of the activity is called and which colour it has. One that a newer server adds keeps its name. */
export function lookOfGroup(group: string): GroupLook {
  return looks[group] ?? { word: group, tone: "other" };
}
