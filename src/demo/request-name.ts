import type { FakeMergeRequest } from "./local-forge/gitlab/gitlab-state.ts";
import type { LocalForge } from "./local-forge/local-forge.ts";

/** `acme/platform/shop!1` */
export function nameOf({ iid }: FakeMergeRequest, { slug }: LocalForge): string {
  return `${slug}!${iid}`;
}
