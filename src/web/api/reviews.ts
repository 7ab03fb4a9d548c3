import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { getReview, readReviewFile, reviewRow } from "../../operations/reviews.ts";
import { readJson } from "./request.ts";

/** A row of `GET /api/v1/reviews`. */
export type ReviewRow = z.output<typeof reviewRow>;

/** One review with its findings, and what became of each. */
export type Review = z.output<(typeof getReview)["output"]>;

export type ReviewFinding = Review["findings"][number];

export type ReviewFile = z.output<(typeof readReviewFile)["output"]>;

export function useReview(id: string) {
  return useQuery({
    queryKey: ["reviews", "one", id],
    queryFn: ({ signal }) => readJson<Review>(`/api/v1/reviews/${encodeURIComponent(id)}`, signal),
    // Its comments are posted after it is stored, and nothing else tells a page of that.
    refetchInterval: ({ state }) => (state.data?.posted_at === null ? 2_000 : false),
  });
}

/** What a review was made of: the prompt, the transcript, the diff. It never changes. */
export function useReviewFile(id: number, file: ReviewFile["file"], { enabled = true } = {}) {
  return useQuery({
    queryKey: ["review-files", id, file],
    queryFn: ({ signal }) => readJson<ReviewFile>(`/api/v1/reviews/${id}/files/${file}`, signal),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
