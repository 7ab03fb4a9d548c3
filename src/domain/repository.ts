/** The forges that Pullwright works with; a CI system is not one. */
export type ForgeName = "github" | "gitlab";

/**
 * What a payload says of the repository it is about. A forge gives host and numeric id, and identity is those: the slug is what the
 * repository is called today. A CI system knows only the slug, sometimes the host; such a mention is matched to a known repository by name.
 */
export type RepositoryMention = {
  forge: ForgeName | null;
  /** Lower-case host with port where not the default; null when the payload does not say. */
  host: string | null;
  /** The forge's numeric id as text (ids may pass 2^53), null for CI systems. */
  forgeId: string | null;
  /** `owner/repo`, on GitLab with subgroups `group/sub/project`. */
  slug: string;
  defaultBranch: string | null;
  url: string | null;
};
