import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { repositoryRow } from "../../operations/repositories.ts";
import { readRecordListPage } from "./record-list.ts";

/** The names of repositories to choose from, at most 200; a filter takes any other name too. */
export function useRepositorySlugs(): string[] {
  const { data } = useQuery({
    queryKey: ["repositories"],
    queryFn: ({ signal }) =>
      readRecordListPage<z.output<typeof repositoryRow>>("repositories", { limit: "200" }, signal),
    staleTime: 60_000,
  });
  return data?.data.map((row) => row.slug) ?? [];
}
