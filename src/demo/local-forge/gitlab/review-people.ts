import { addDiffNote, replyTo, setResolved } from "./discussions.ts";
import { followBranch, newestVersion } from "./diff-versions.ts";
import { shownFiles } from "../git-change.ts";
import { type FakeMergeRequest, type FakeNote, type FakeProject, projectCalled, userCalled } from "./gitlab-state.ts";
import type { World } from "./world.ts";

/** What people do at the lines of a merge request. The project is named by path, the person by username. */
export type ReviewPeople = {
  /** Begins discussions at lines of the newest version. */
  commentOnLines: (
    path: string,
    iid: number,
    username: string,
    places: { path: string; line: number; body: string }[],
  ) => Promise<FakeNote[]>;
  reply: (path: string, iid: number, username: string, discussionId: string, body: string) => void;
  resolveDiscussion: (path: string, iid: number, username: string, discussionId: string) => void;
};

export function reviewPeopleIn(world: World): ReviewPeople {
  const { state } = world;
  const find = (path: string, iid: number): { project: FakeProject; request: FakeMergeRequest } => {
    const project = projectCalled(state, path);
    const request = project.mergeRequests.find((one) => one.iid === iid);
    if (request === undefined) throw new Error(`The fake GitLab has no merge request ${path}!${iid}`);
    return { project, request };
  };
  return {
    commentOnLines: async (path, iid, username, places) => {
      const { project, request } = find(path, iid);
      await followBranch(project, request, world);
      const [git, version] = [world.git(), newestVersion(request)];
      if (git === null || version === null) throw new Error("There is no git repository to look at: see attachGit");
      const files = await shownFiles(git, path, version.baseSha, version.headSha);
      const notes = [];
      for (const { path: newPath, line: newLine, body } of places) {
        const file = files.get(newPath);
        const oldLine = file?.hunks.find((lines) => lines.has(newLine))?.get(newLine) ?? null;
        const position = { ...version, newPath, oldPath: file?.oldPath ?? newPath, newLine, oldLine };
        notes.push(await addDiffNote(project, request, userCalled(state, username), body, position, world));
      }
      return notes;
    },
    reply: (path, iid, username, discussionId, body) => {
      const { project, request } = find(path, iid);
      replyTo(project, request, userCalled(state, username), discussionId, body, world);
    },
    resolveDiscussion: (path, iid, username, discussionId) => {
      const { request } = find(path, iid);
      setResolved(request, discussionId, userCalled(state, username), true, world);
    },
  };
}
