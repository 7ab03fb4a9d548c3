import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { getAuditEntry, verifyAudit } from "../../operations/audit.ts";
import { readJson } from "./request.ts";

/** A row of `GET /api/v1/audit`, and one entry whole. */
export type AuditEntry = z.output<(typeof getAuditEntry)["output"]>;

export type AuditCheck = z.output<(typeof verifyAudit)["output"]>;

export function useAuditEntry(id: string) {
  return useQuery({
    queryKey: ["audit", "one", id],
    queryFn: ({ signal }) => readJson<AuditEntry>(`/api/v1/audit/${encodeURIComponent(id)}`, signal),
  });
}

/** Whether the chain is whole. It reads every entry, so it is asked for once, and again when somebody wants to know. */
export function useAuditCheck() {
  return useQuery({
    queryKey: ["audit-check"],
    queryFn: ({ signal }) => readJson<AuditCheck>("/api/v1/audit-check", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
