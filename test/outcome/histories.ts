import type { Story } from "./story.ts";

/** A history of reverts, and what it leaves behind. */
export type History = {
  forge: "github" | "gitlab";
  happens: (story: Story) => Promise<void>;
  /** What is reverted in the end, and the change since whose landing it is; everything else stands. `c'` is what a rebase made of `c`. */
  reverted: Record<string, string>;
  /** What nobody has told of, so that there is no row. */
  unheard?: string[];
};

const github = { forge: "github" } as const;
const gitlab = { forge: "gitlab" } as const;

/** `git revert` of commits by name, one commit each. */
const revert =
  (story: Story, ...names: string[]) =>
  async () => {
    for (const name of names) await story.git.git("revert", "--no-edit", story.sha(name));
  };
/** `git revert -m 1` of a merge commit. */
const revertMerge = (story: Story, name: string) => async () => {
  await story.git.git("revert", "--no-edit", "-m", "1", story.sha(name));
};
/** GitHub's button: a branch and a body that name the pull request. */
const button = (number: number) => ({
  branch: `revert-${number}-change-${number}`,
  body: `Reverts acme/web#${number}`,
});

export const histories: Record<string, History> = {
  "a commit that is reverted by hand": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.push(["b"]);
      await story.push(["r"], revert(story, "a"));
    },
    reverted: { a: "r" },
  },
  "a revert that is reverted by hand restores": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.push(["r"], revert(story, "a"));
      await story.push(["rr"], revert(story, "r"));
    },
    reverted: { r: "rr" },
  },
  "a third revert takes back again": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.push(["r"], revert(story, "a"));
      await story.push(["rr"], revert(story, "r"));
      await story.push(["rrr"], revert(story, "rr"));
    },
    reverted: { a: "rrr", rr: "rrr" },
  },
  "a merge that is reverted by hand with -m 1": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7);
      await story.push(["r"], revertMerge(story, "M7"));
    },
    reverted: { "#7": "r", M7: "r", a: "r", b: "r" },
  },
  "GitHub's button on a merged pull request": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["r"], { ...button(7), work: revertMerge(story, "M7") });
      await story.merge(8);
    },
    reverted: { "#7": "#8", M7: "#8", a: "#8" },
  },
  "GitHub's button on a squashed pull request, squashed itself": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7, { by: "squash" });
      await story.open(8, ["r"], { ...button(7), work: revert(story, "M7") });
      await story.merge(8, { by: "squash" });
    },
    reverted: { "#7": "#8", M7: "#8" },
    unheard: ["a", "b", "r"],
  },
  "GitHub's button pressed on the revert": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7, { by: "squash" });
      await story.open(8, ["r"], { ...button(7), work: revert(story, "M7") });
      await story.merge(8, { by: "squash" });
      await story.open(9, ["rr"], { ...button(8), work: revert(story, "M8") });
      await story.merge(9, { by: "squash" });
    },
    reverted: { "#8": "#9", M8: "#9" },
    unheard: ["a", "r", "rr"],
  },
  "GitHub's button pressed three times": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["r"], { ...button(7), work: revertMerge(story, "M7") });
      await story.merge(8);
      await story.open(9, ["rr"], { ...button(8), work: revertMerge(story, "M8") });
      await story.merge(9);
      await story.open(10, ["rrr"], { ...button(9), work: revertMerge(story, "M9") });
      await story.merge(10);
    },
    reverted: { "#7": "#10", M7: "#10", a: "#10", "#9": "#10", M9: "#10", rr: "#10" },
  },
  "a revert known by its branch only, because its body was emptied and its pushes were lost": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7, { pushIsLost: true });
      await story.open(8, ["b"], { branch: "revert-7-change-7" });
      await story.merge(8, { pushIsLost: true });
    },
    reverted: { "#7": "#8" },
    unheard: ["a", "b", "M7", "M8"],
  },
  "several reverts squashed into one commit": {
    ...github,
    happens: async (story) => {
      await story.push(["a", "b", "c"]);
      await story.open(8, ["r1", "r2"], { work: revert(story, "a", "b") });
      await story.merge(8, { by: "squash" });
    },
    reverted: { a: "#8", b: "#8" },
    unheard: ["r1", "r2"],
  },
  "a revert and its undoing squashed into one commit": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.open(8, ["r", "rr"], {
        branchPushIsHeard: true,
        work: async (git) => {
          await git.git("revert", "--no-edit", story.sha("a"));
          await git.git("revert", "--no-edit", "HEAD");
        },
      });
      await story.merge(8, { by: "squash" });
    },
    reverted: {},
  },
  "a revert, its undoing and a revert of that squashed into one commit": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.open(8, ["r", "rr", "rrr"], {
        branchPushIsHeard: true,
        work: async (git) => {
          await git.git("revert", "--no-edit", story.sha("a"));
          await git.git("revert", "--no-edit", "HEAD");
          await git.git("revert", "--no-edit", "HEAD");
        },
      });
      await story.merge(8, { by: "squash" });
    },
    reverted: { a: "#8" },
  },
  "a revert that was rebased": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.push(["b"]);
      await story.open(8, ["r", "c"], {
        work: async (git) => {
          await git.git("revert", "--no-edit", story.sha("a"));
          await git.commit("Add c");
        },
      });
      await story.merge(8, { by: "rebase" });
    },
    reverted: { a: "#8" },
    unheard: ["r", "c"],
  },
  "a revert within a branch whose pull request is reverted": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.open(8, ["b", "r"], {
        work: async (git) => {
          await git.commit("Add b");
          await git.git("revert", "--no-edit", story.sha("a"));
        },
      });
      await story.merge(8);
      await story.open(9, ["rr"], { ...button(8), work: revertMerge(story, "M8") });
      await story.merge(9);
    },
    reverted: { "#8": "#9", M8: "#9", b: "#9", r: "#9" },
  },
  "a revert within a branch that is reverted by itself, while its pull request stands": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["r", "b"], {
        ...button(7),
        work: async (git) => {
          await git.git("revert", "--no-edit", "-m", "1", story.sha("M7"));
          await git.commit("Add b");
        },
      });
      await story.merge(8);
      await story.push(["rr"], revert(story, "r"));
    },
    reverted: { r: "rr" },
  },
  "a revert that was never merged": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["r"], { ...button(7), work: revertMerge(story, "M7"), branchPushIsHeard: true });
      await story.close(8);
    },
    reverted: {},
  },
  "a revert that was merged when there was nothing left to change": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["r"], { ...button(7), work: revertMerge(story, "M7") });
      await story.merge(8, { changedFiles: 0 });
    },
    reverted: {},
  },
  "one of three commits of a pull request": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a", "b", "c"]);
      await story.merge(7);
      await story.push(["r"], revert(story, "b"));
    },
    reverted: { b: "r" },
  },
  "all commits of a pull request, one by one": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7);
      await story.push(["r1"], revert(story, "b"));
      await story.push(["r2"], revert(story, "a"));
    },
    reverted: { "#7": "r2", M7: "r2", a: "r2", b: "r1" },
  },
  "the last of three rebased commits": {
    ...github,
    happens: async (story) => {
      await story.push(["x"]);
      await story.open(7, ["a", "b", "c"]);
      await story.merge(7, { by: "rebase" });
      await story.push(["r"], revert(story, "c'"));
    },
    reverted: { "c'": "r" },
    unheard: ["a", "b", "c"],
  },
  "all rebased commits, by one push": {
    ...github,
    happens: async (story) => {
      await story.push(["x"]);
      await story.open(7, ["a", "b"]);
      await story.merge(7, { by: "rebase" });
      await story.push(["r1", "r2"], revert(story, "b'", "a'"));
    },
    reverted: { "#7": "r2", "a'": "r2", "b'": "r1" },
    unheard: ["a", "b"],
  },
  "another repository's pull request of the same number": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["b"], { body: "Reverts acme/api#7\nReverts other/web#7" });
      await story.merge(8);
    },
    reverted: {},
  },
  "a revert on another base branch": {
    ...github,
    happens: async (story) => {
      await story.git.git("branch", "release/1");
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["b"], { ...button(7), base: "release/1" });
      await story.merge(8);
    },
    reverted: {},
  },
  "a release branch's own revert": {
    ...github,
    happens: async (story) => {
      await story.git.git("branch", "release/1");
      await story.open(7, ["a"], { base: "release/1" });
      await story.merge(7);
      await story.open(8, ["r"], { ...button(7), base: "release/1", work: revertMerge(story, "M7") });
      await story.merge(8);
    },
    reverted: { "#7": "#8" },
  },
  "two pull requests whose bodies were edited to revert each other": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["b"], { body: "Reverts acme/web#7" });
      await story.merge(8);
      await story.edit(7, "Reverts acme/web#8");
    },
    reverted: { "#7": "#8", M7: "#8", a: "#8" },
  },
  "a pull request that says it reverts itself": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"], { body: "Reverts acme/web#7" });
      await story.merge(7);
    },
    reverted: {},
  },
  "a body that was corrected after the merge": {
    ...github,
    happens: async (story) => {
      await story.open(6, ["a"]);
      await story.merge(6);
      await story.open(7, ["b"]);
      await story.merge(7);
      await story.open(8, ["c"], { body: "Reverts acme/web#6" });
      await story.merge(8);
      await story.edit(8, "Reverts acme/web#7");
    },
    reverted: { "#7": "#8", M7: "#8", b: "#8" },
  },
  "two reverts of one pull request, of which one is taken back": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a"]);
      await story.merge(7);
      await story.open(8, ["b"], { body: "Reverts acme/web#7" });
      await story.merge(8);
      await story.open(9, ["c"], { body: "Reverts acme/web#7" });
      await story.merge(9);
      await story.open(10, ["d"], { body: "Reverts acme/web#8" });
      await story.merge(10);
    },
    reverted: { "#7": "#9", M7: "#9", a: "#9", "#8": "#10", M8: "#10", b: "#10" },
  },
  "a commit named by its first seven digits": {
    ...github,
    happens: async (story) => {
      await story.push(["a"]);
      await story.push(["b"], (git) => git.commit(`Undo it\n\nThis reverts commit ${story.sha("a").slice(0, 7)}.`));
    },
    reverted: { a: "b" },
  },
  "one of two pull requests that a merge queue pushed together": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.open(8, ["c"]);
      await story.mergeTogether([7, 8], "merge");
      await story.push(["r"], revertMerge(story, "M7"));
    },
    reverted: { "#7": "r", M7: "r", a: "r", b: "r" },
  },
  "the last of three that a merge queue squashed and pushed together": {
    ...github,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.open(8, ["c", "d"]);
      await story.open(9, ["e", "f", "g"]);
      await story.mergeTogether([7, 8, 9], "squash");
      await story.push(["r"], revert(story, "M9"));
    },
    reverted: { "#9": "r", M9: "r" },
    unheard: ["a", "b", "c", "d", "e", "f", "g"],
  },
  "GitLab's button on a merge request": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7);
      const branch = `revert-${story.sha("M7").slice(0, 8)}`;
      await story.open(8, ["r"], { branch, body: "This reverts merge request !7", work: revertMerge(story, "M7") });
      await story.merge(8);
    },
    reverted: { "#7": "#8", M7: "#8", a: "#8", b: "#8" },
  },
  "GitLab's button on a commit, known by the branch alone": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7, { by: "squash" });
      await story.open(8, ["c"], { branch: `revert-${story.sha("M7").slice(0, 8)}` });
      await story.merge(8);
    },
    reverted: { "#7": "#8", M7: "#8" },
    unheard: ["a", "b"],
  },
  "a squash with a merge commit on top, reverted by the squash": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7, { by: "squash-and-merge" });
      await story.push(["r"], revert(story, "S7"));
    },
    reverted: { "#7": "r", S7: "r", M7: "r" },
    unheard: ["a", "b"],
  },
  "a squash with a merge commit on top, reverted by the merge": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7, { by: "squash-and-merge" });
      await story.push(["r"], revertMerge(story, "M7"));
    },
    reverted: { "#7": "r", S7: "r", M7: "r" },
    unheard: ["a", "b"],
  },
  "a merge request that moved the branch forward, one commit of it": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, ["a", "b", "c"]);
      await story.merge(7, { by: "fast-forward" });
      await story.push(["r"], revert(story, "c"));
    },
    reverted: { c: "r" },
  },
  "a merge request that moved the branch forward, all of it": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, ["a", "b"]);
      await story.merge(7, { by: "fast-forward" });
      await story.push(["r1"], revert(story, "b"));
      await story.push(["r2"], revert(story, "a"));
    },
    reverted: { "#7": "r2", a: "r2", b: "r1" },
  },
  "a merge request of 25 commits, of which GitLab lists the newest twenty with the merge": {
    ...gitlab,
    happens: async (story) => {
      await story.open(7, upTo(25));
      await story.merge(7);
      await story.open(8, ["r"], { body: "This reverts merge request !7", work: revertMerge(story, "M7") });
      await story.merge(8);
    },
    reverted: {
      "#7": "#8",
      M7: "#8",
      ...Object.fromEntries(
        upTo(25)
          .slice(6)
          .map((name) => [name, "#8"]),
      ),
    },
    unheard: upTo(25).slice(0, 6),
  },
  "a revert among the commits that GitLab left out is not seen": {
    ...gitlab,
    happens: async (story) => {
      await story.push(["a"]);
      await story.push(["r", ...upTo(24)], async (git) => {
        await git.git("revert", "--no-edit", story.sha("a"));
        for (const name of upTo(24)) await git.commit(`Add ${name}`);
      });
    },
    reverted: {},
    unheard: ["r", ...upTo(24).slice(0, 4)],
  },
};

/** `c1` to `c25`. */
function upTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `c${index + 1}`);
}
