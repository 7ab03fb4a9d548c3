import type { AllowLink } from "./allowed-tree.ts";

/**
 * Lets links stand that lead to files and commits of one repository, without their query: an address elsewhere carries away what is in it, also at the
 * forge's own host, and one of an issue shows up there. A line's anchor stays.
 */
export function ownLinks(repositoryUrl: string): AllowLink {
  const repository = URL.parse(repositoryUrl);
  return (url) => {
    const link = URL.parse(url);
    if (repository === null || link === null || !/^https?:$/.test(link.protocol)) return null;
    if (link.origin !== repository.origin || link.username !== "" || link.password !== "") return null;
    const home = repository.pathname.replace(/\/$/, "").toLowerCase();
    const path = link.pathname.toLowerCase();
    if (
      home === "" ||
      !path.startsWith(`${home}/`) ||
      !/^(?:\/-)?\/(?:blob|tree|commit|blame)\//.test(path.slice(home.length))
    )
      return null;
    if (/%2e|%2f|%5c/i.test(path)) return null;
    const anchor = /^#L\d{1,7}(?:-L?\d{1,7})?$/.test(link.hash) ? link.hash : "";
    return `${link.origin}${link.pathname}${anchor}`;
  };
}
