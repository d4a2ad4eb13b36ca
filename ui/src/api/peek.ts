import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "./client";
import type { Outline, Span, Trace } from "./types";

const path = (traceId: string) => `/traces/${encodeURIComponent(traceId)}`;

/** All spans of a trace, narrow. What was shown before stays until it is there. */
export function useOutline(traceId: string | undefined) {
  return useQuery({
    queryKey: ["trace", traceId, "outline"],
    queryFn: ({ signal }) => get<Outline>(`${path(traceId ?? "")}/outline`, {}, signal),
    enabled: traceId !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** One trace, summed up. */
export function useTrace(traceId: string | undefined) {
  return useQuery({
    queryKey: ["trace", traceId],
    queryFn: ({ signal }) => get<Trace>(path(traceId ?? ""), {}, signal),
    enabled: traceId !== undefined,
    placeholderData: keepPreviousData,
  });
}

/** One span, whole. */
export function useSpan(traceId: string | undefined, spanId: string | null | undefined) {
  return useQuery({
    queryKey: ["trace", traceId, "span", spanId],
    queryFn: ({ signal }) => get<Span>(`${path(traceId ?? "")}/spans/${spanId}`, {}, signal),
    enabled: traceId !== undefined && !!spanId,
    placeholderData: keepPreviousData,
  });
}
