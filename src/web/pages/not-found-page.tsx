import { Link } from "wouter";
import { EmptyState } from "../parts/notices.tsx";
import { PageHead } from "../parts/page-head.tsx";

export function NotFoundPage() {
  return (
    <>
      <PageHead title="Not found" />
      <section className="sheet">
        <EmptyState icon="search" title="There is no page here.">
          <p>
            Go to <Link href="/">Live</Link>, <Link href="/prs">Pull requests</Link>, <Link href="/runs">CI runs</Link>{" "}
            or <Link href="/deliveries">Deliveries</Link>.
          </p>
        </EmptyState>
      </section>
    </>
  );
}
