import { useQuery } from "@tanstack/react-query";
import { get, post } from "./client";
import type { NewScore, ScoreListResponse, ScoreRow } from "./types";

/** Write a judgement. Without value and label it takes back the one before. */
export const writeScore = (score: Partial<NewScore> & { name: string }) => post<ScoreRow>("/scores", score);

/** The latest judgements of a trace. */
export function useScores(traceId: string | undefined) {
  return useQuery({
    queryKey: ["scores", traceId],
    queryFn: ({ signal }) => get<ScoreListResponse>("/scores", { trace_id: traceId, limit: 200 }, signal),
    enabled: traceId !== undefined,
    select: (answer) => answer.scores,
  });
}
