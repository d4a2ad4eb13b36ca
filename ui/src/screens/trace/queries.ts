import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Outline, Span, Trace } from "@/trace/types";

/** Ended traces seldom change: spans that come late are seen on the next visit. */
const STALE_MS = 60_000;
const RUNNING_MS = 5_000;

const tracePath = (traceId: string) => `/traces/${encodeURIComponent(traceId)}`;

export const traceKey = (traceId: string) => ["trace", traceId, "summary"];
export const outlineKey = (traceId: string) => ["trace", traceId, "outline"];
export const spansKey = (traceId: string) => ["trace", traceId, "span"];

/** A trace, summed up. Asked again now and then while it runs, should the live connection fail. */
export function useTrace(traceId: string) {
  return useQuery({
    queryKey: traceKey(traceId),
    queryFn: ({ signal }) => get<Trace>(tracePath(traceId), {}, signal),
    staleTime: STALE_MS,
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_MS : false),
  });
}

/** All spans of a trace in narrow columns. Large, so it is compared with nothing and forgotten soon. */
export function useOutline(traceId: string) {
  return useQuery({
    queryKey: outlineKey(traceId),
    queryFn: ({ signal }) => get<Outline>(`${tracePath(traceId)}/outline`, {}, signal),
    staleTime: STALE_MS,
    gcTime: 30_000,
    structuralSharing: false,
  });
}

/** One span, whole. */
export function useSpan(traceId: string, spanId: string | undefined) {
  return useQuery({
    queryKey: [...spansKey(traceId), spanId],
    queryFn: ({ signal }) => get<Span>(`${tracePath(traceId)}/spans/${spanId}`, {}, signal),
    enabled: spanId !== undefined,
    staleTime: STALE_MS,
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_MS : false),
  });
}

/** The spans of a trace that hold a text, wherever. */
export const findSpans = async (traceId: string, text: string): Promise<string[]> =>
  (await get<{ span_ids: string[] }>(`${tracePath(traceId)}/search`, { text })).span_ids;

export const loadPayload = (contentId: string): Promise<unknown> =>
  get<unknown>(`/payloads/${encodeURIComponent(contentId)}`);
