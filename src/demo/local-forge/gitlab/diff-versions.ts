import { bringCommit, lineIn, mergeBaseOf, shownFiles } from "../git-change.ts";
import type { FakeMergeRequest, FakePosition, FakeProject, FakeVersion } from "./gitlab-state.ts";
import type { World } from "./world.ts";

/**
 * An open merge request shows the tip of its branch, wherever that was pushed from. With each new tip GitLab makes a version of the diff, keeps the commit
 * under a ref of the target project, and moves the discussions whose lines are still there.
 */
export async function followBranch(project: FakeProject, request: FakeMergeRequest, world: World): Promise<void> {
  const source = world.state.projects.find((one) => one.id === request.sourceProjectId);
  if (request.state === "opened" && source !== undefined)
    request.sha = (await world.branchTip(source, request.sourceBranch)) ?? request.sha;
  await makeVersion(project, source ?? project, request, world);
}

/** The newest version; null where there is no git to ask. */
export function newestVersion(request: FakeMergeRequest): FakeVersion | null {
  return request.versions.at(-1) ?? null;
}

async function makeVersion(
  project: FakeProject,
  source: FakeProject,
  request: FakeMergeRequest,
  world: World,
): Promise<void> {
  const git = world.git();
  const before = newestVersion(request);
  const headSha = request.sha;
  if (git === null || before?.headSha === headSha) return;
  await bringCommit(git, {
    from: source.path,
    to: project.path,
    sha: headSha,
    ref: `refs/merge-requests/${request.iid}/head`,
  });
  const startSha = await world.branchTip(project, request.targetBranch);
  if (startSha === null) return;
  const baseSha = (await mergeBaseOf(git, project.path, startSha, headSha)) ?? startSha;
  const version = { baseSha, startSha, headSha };
  // Somebody else may have asked meanwhile.
  if (newestVersion(request)?.headSha === headSha) return;
  request.versions.push(version);
  if (before !== null) await moveDiscussions(project, request, before, version, world);
}

/** What is left behind keeps the version that it was last seen in. */
async function moveDiscussions(
  project: FakeProject,
  request: FakeMergeRequest,
  before: FakeVersion,
  version: FakeVersion,
  world: World,
): Promise<void> {
  const git = world.git();
  const standing = request.notes.filter((note) => note.position?.headSha === before.headSha);
  if (git === null || standing.length === 0) return;
  const files = await shownFiles(git, project.path, version.baseSha, version.headSha);
  for (const note of standing) {
    const { newPath: path, newLine: line } = note.position as FakePosition;
    const place = await lineIn(git, project.path, { path, line }, { from: before.headSha, to: version.headSha });
    if (place === null) continue;
    const file = files.get(place.path);
    const hunk = file?.hunks.find((lines) => lines.has(place.line));
    note.position = {
      ...version,
      newPath: place.path,
      oldPath: file?.oldPath ?? place.path,
      newLine: place.line,
      oldLine: hunk?.get(place.line) ?? null,
    };
  }
}
