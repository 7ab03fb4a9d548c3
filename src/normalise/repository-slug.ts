/**
 * An account on GitHub: letters, digits, hyphens, and the underscore of an enterprise's managed accounts. Old ones
 * may end in a hyphen, none begins with one.
 */
const githubOwner = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
const githubRepository = /^[A-Za-z0-9._-]{1,100}$/;

/** A group or project on GitLab. */
const gitlabSegment = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}$/;
/** A top-level group, twenty levels of subgroups, and the project. */
const gitlabSegmentsMax = 22;

/** `owner/repo` by GitHub's own rules for names. */
export function isGithubSlug(slug: string): boolean {
  const [owner, repository, ...rest] = slug.length > 140 ? [] : slug.split("/");
  if (owner === undefined || repository === undefined || rest.length > 0) return false;
  return githubOwner.test(owner) && githubRepository.test(repository) && !isPlace(repository);
}

/** `group/project`, or with subgroups between, by GitLab's own rules for paths. */
export function isGitlabSlug(slug: string): boolean {
  const segments = slug.length > gitlabSegmentsMax * 256 ? [] : slug.split("/");
  if (segments.length < 2 || segments.length > gitlabSegmentsMax) return false;
  return segments.every((segment) => gitlabSegment.test(segment) && !isPlace(segment) && !/\.(atom)?$/i.test(segment));
}

/** Names that mean a place in a path, or a repository's own address. */
function isPlace(name: string): boolean {
  return name === "." || name === ".." || /\.git$/i.test(name);
}
