import type { IncomingMessage, ServerResponse } from "node:http";
import type { GitRepositories } from "./git-repositories.ts";
import type { FakeMergeRequest, FakeNote, FakeProject } from "./gitlab/gitlab-state.ts";

export type ShownForge = {
  origin: string;
  project: FakeProject;
  repositories: GitRepositories;
  /** Of a user's id. */
  loginOf: (id: number) => string;
};

/**
 * What a person sees who follows a link to the forge: the repository or a merge request, read from git at that moment. Plain text, so that nothing
 * that an agent wrote can be more than text.
 */
export async function answerForgePage(
  request: IncomingMessage,
  response: ServerResponse,
  forge: ShownForge,
): Promise<void> {
  request.resume();
  const text = await pageAt(new URL(request.url ?? "/", forge.origin).pathname, forge);
  response.writeHead(text === null ? 404 : 200, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(text ?? `There is nothing here. The repository is at ${forge.origin}/${forge.project.path}\n`);
}

async function pageAt(path: string, forge: ShownForge): Promise<string | null> {
  const { project } = forge;
  if (path === "/" || path === `/${project.path}` || path === `/${project.path}/-/merge_requests`)
    return repositoryPage(forge);
  const [, iid] = /\/-\/merge_requests\/(\d{1,9})(?:\/diffs)?$/.exec(path) ?? [];
  const found = project.mergeRequests.find((one) => String(one.iid) === iid);
  if (found !== undefined && path.startsWith(`/${project.path}/-/`)) return mergeRequestPage(found, forge);
  const [, at, file] = /\/-\/blob\/([0-9a-f]{40})\/(.+)$/.exec(path) ?? [];
  if (at !== undefined && file !== undefined)
    return forge.repositories.show(project.path, at, decodeURIComponent(file)).then(
      (shown) => shown.toString("utf8"),
      () => null,
    );
  const [, sha] = /\/-\/commit\/([0-9a-f]{40})$/.exec(path) ?? [];
  if (sha === undefined) return null;
  return forge.repositories.git(project.path, ["show", "--stat", "--patch", sha]).then(
    (shown) => shown.toString("utf8"),
    () => null,
  );
}

async function repositoryPage({ origin, project, repositories }: ShownForge): Promise<string> {
  const log = await repositories.git(project.path, [
    "log",
    "--graph",
    "--oneline",
    "--decorate-refs=refs/heads",
    "--branches",
  ]);
  return [
    project.path,
    "",
    project.mergeRequests.length === 0 ? "No merge requests yet." : "Merge requests",
    ...project.mergeRequests.map(
      ({ iid, title, state }) =>
        `  !${iid}  ${state}  ${title}\n      ${origin}/${project.path}/-/merge_requests/${iid}`,
    ),
    "",
    "Commits",
    log.toString("utf8").replaceAll(/^/gm, "  ").trimEnd(),
    "",
  ].join("\n");
}

async function mergeRequestPage(request: FakeMergeRequest, forge: ShownForge): Promise<string> {
  const { project, repositories } = forge;
  const { iid, title, state, sourceBranch, targetBranch, description, sha, mergeCommitSha } = request;
  const base = mergeCommitSha === null ? `${targetBranch}...${sha}` : `${mergeCommitSha}^1...${sha}`;
  const diff = await repositories.git(project.path, ["diff", "--stat", "--patch", base]);
  return [
    `${project.path}!${iid}  ${title}`,
    `${state}, ${sourceBranch} (${sha.slice(0, 8)}) into ${targetBranch}`,
    ...project.statuses
      .filter((status) => status.sha === sha)
      .map(
        (status) => `${status.name}: ${status.state}${status.description === null ? "" : `, ${status.description}`}`,
      ),
    "",
    shownText(description),
    "",
    ...request.notes.flatMap((note) => noteLines(note, forge)),
    "-".repeat(80),
    "",
    diff.toString("utf8"),
  ].join("\n");
}

/** A comment, with the place that it is about. */
function noteLines({ authorId, body, isSystem, position, resolvedById }: FakeNote, { loginOf }: ShownForge): string[] {
  if (isSystem) return [`${loginOf(authorId)} ${body}`, ""];
  const place = position === null ? "" : ` at ${position.newPath}:${position.newLine}`;
  const resolved = resolvedById === null ? "" : ` (resolved by ${loginOf(resolvedById)})`;
  return [`${loginOf(authorId)} wrote${place}${resolved}:`, "", shownText(body).replaceAll(/^(?=.)/gm, "    "), ""];
}

/** A page shows no HTML comments. */
function shownText(markdown: string): string {
  return markdown.replaceAll(/<!--.*?-->/gs, "").trim();
}
