import { useEffect } from "react";
import { countedTotal } from "../text/quantity.ts";

/** A page's heading, which is also the document's title, and how many records there are. */
export function PageHead({ title, count = null }: { title: string; count?: number | null }) {
  useEffect(() => {
    document.title = `${title} · Pullwright`;
  }, [title]);
  return (
    <div className="page-head">
      <h1 tabIndex={-1}>{title}</h1>
      {count === null ? null : <span className="numeric">{countedTotal(count)}</span>}
    </div>
  );
}
