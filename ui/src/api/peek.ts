import { keepPreviousData, type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { Outline, Span, Trace } from "./types";

const path = (traceId: string) => `/traces/${encodeURIComponent(traceId)}`;

const outlineQuery = (traceId: string | undefined) =>
  queryOptions({
    queryKey: ["trace", traceId, "outline"],
    queryFn: ({ signal }) => get<Outline>(`${path(traceId ?? "")}/outline`, {}, signal),
    enabled: traceId !== undefined,
  });

const spanQuery = (traceId: string | undefined, spanId: string | null | undefined) =>
  queryOptions({
    queryKey: ["trace", traceId, "span", spanId],
    queryFn: ({ signal }) => get<Span>(`${path(traceId ?? "")}/spans/${spanId}`, {}, signal),
    enabled: traceId !== undefined && !!spanId,
  });

/** All spans of a trace, narrow. What was shown before stays until it is there. */
export const useOutline = (traceId: string | undefined) =>
  useQuery({ ...outlineQuery(traceId), placeholderData: keepPreviousData });

/** One span, whole. */
export const useSpan = (traceId: string | undefined, spanId: string | null | undefined) =>
  useQuery({ ...spanQuery(traceId, spanId), placeholderData: keepPreviousData });

/** Get what a look at a trace needs before somebody looks. `pick` says which span is wanted besides the root. */
export async function prefetchLook(
  client: QueryClient,
  trace: Trace,
  pick: (outline: Outline) => string | undefined,
): Promise<void> {
  void client.prefetchQuery(spanQuery(trace.trace_id, trace.root_span_id));
  const outline = await client.fetchQuery(outlineQuery(trace.trace_id)).catch(() => null);
  const picked = outline && pick(outline);
  if (picked) void client.prefetchQuery(spanQuery(trace.trace_id, picked));
}
