import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "@/api/client";
import type { TraceListResponse } from "@/api/types";
import type { ScopeParams } from "@/state/scope";
import { unscored } from "./search";

const PAGE = 50;

const countOf = async (params: ScopeParams, signal: AbortSignal) =>
  (await get<TraceListResponse>("/traces", { ...params, limit: 1, count: true }, signal)).total ?? 0;

/** How many traces there are, and how many had no score when the screen opened. */
async function countBoth(params: ScopeParams, name: string, signal: AbortSignal) {
  const [all, left] = await Promise.all([countOf(params, signal), countOf(unscored(params, name), signal)]);
  return { all, left };
}

/** The traces to judge: those without the score when the screen opened. What one judges stays in its place. */
export function useQueue(params: ScopeParams, name: string) {
  const frozen = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 };
  const pages = useInfiniteQuery({
    queryKey: ["annotate", "queue", params, name],
    queryFn: ({ pageParam, signal }) =>
      get<TraceListResponse>(
        "/traces",
        { ...unscored(params, name), limit: PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    ...frozen,
  });
  const counts = useQuery({
    queryKey: ["annotate", "counts", params, name],
    queryFn: ({ signal }) => countBoth(params, name, signal),
    ...frozen,
  });
  const traces = useMemo(() => pages.data?.pages.flatMap((page) => page.traces) ?? [], [pages.data]);
  return { traces, counts: counts.data, pages };
}
