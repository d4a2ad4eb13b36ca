import { useInfiniteQuery } from "@tanstack/react-query";
import type { ScopeParams } from "@/state/scope";
import { get } from "./client";
import type { Of } from "./filters";
import type { SpanListResponse, SpanRow, Trace, TraceListResponse } from "./types";

const FIRST_PAGE = 100;
const NEXT_PAGES = 500;

interface RowPage {
  rows: (Trace | SpanRow)[];
  next: string | null;
}

async function rowPage(of: Of, params: object, signal: AbortSignal): Promise<RowPage> {
  if (of === "traces") {
    const { traces, next_cursor } = await get<TraceListResponse>("/traces", params, signal);
    return { rows: traces, next: next_cursor ?? null };
  }
  const { spans, next_cursor } = await get<SpanListResponse>("/spans", params, signal);
  return { rows: spans, next: next_cursor ?? null };
}

/** Traces or spans of a scope, page after page. Pages once loaded stay as they are until asked for anew. */
export function useRowPages(of: Of, params: ScopeParams, order: string) {
  return useInfiniteQuery({
    queryKey: [of, "list", params, order],
    queryFn: ({ pageParam, signal }) =>
      rowPage(
        of,
        { ...params, order_by: order, limit: pageParam ? NEXT_PAGES : FIRST_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    // Traces are no stand-in for spans: a click on one would lead elsewhere.
    placeholderData: (previous, query) => (query?.queryKey[0] === of ? previous : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}
