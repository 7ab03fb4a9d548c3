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
            <Link href="/workflows">Work</Link>, <Link href="/deliveries">Deliveries</Link> or{" "}
            <Link href="/audit">Audit</Link>.
          </p>
        </EmptyState>
      </section>
    </>
  );
}
