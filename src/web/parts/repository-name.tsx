import { visibleText } from "../text/visible-text.ts";

/** `acme/web` in a cell. What there is no room for is taken out of the middle: the last word tells repositories apart. The pointer gets the whole. */
export function RepositoryName({ name }: { name: string }) {
  const shown = visibleText(name);
  const slash = shown.lastIndexOf("/");
  return (
    <bdi className="repository-name" title={shown}>
      {slash < 1 ? null : <span className="repository-owner">{shown.slice(0, slash)}</span>}
      <span className="repository-word">{slash < 1 ? shown : shown.slice(slash)}</span>
    </bdi>
  );
}
