import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import { RUNNING } from "@/trace/model/tree";
import type { Outline, Span, Trace } from "@/trace/types";

/** Ended traces seldom change: spans that come late are seen on the next visit. */
const STALE_MS = 60_000;
const RUNNING_MS = 5_000;

const tracePath = (traceId: string) => `/traces/${encodeURIComponent(traceId)}`;

export const traceKey = (traceId: string) => ["trace", traceId, "summary"];
export const outlineKey = (traceId: string) => ["trace", traceId, "outline"];
export const spansKey = (traceId: string) => ["trace", traceId, "span"];

const readTrace = (traceId: string, signal: AbortSignal) => get<Trace>(tracePath(traceId), {}, signal);
const readOutline = (traceId: string, signal: AbortSignal) =>
  get<Outline>(`${tracePath(traceId)}/outline`, {}, signal);

/** Ask for the trace that an address names while the screen's own code is still on its way. */
export function askEarly(path: string): void {
  const traceId = /^\/traces\/([0-9a-f]+)$/.exec(path)?.[1];
  if (!traceId) return;
  for (const [queryKey, read] of [
    [outlineKey(traceId), readOutline],
    [traceKey(traceId), readTrace],
  ] as const) {
    void queryClient.prefetchQuery<Trace | Outline>({
      queryKey,
      queryFn: ({ signal }) => read(traceId, signal),
      staleTime: STALE_MS,
    });
  }
}

/** A trace, summed up. Asked again now and then while it runs, should the live connection fail. */
export function useTrace(traceId: string) {
  return useQuery({
    queryKey: traceKey(traceId),
    queryFn: ({ signal }) => readTrace(traceId, signal),
    staleTime: STALE_MS,
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_MS : false),
  });
}

/** All spans of a trace in narrow columns. Large, so it is compared with nothing and forgotten soon. */
export function useOutline(traceId: string) {
  return useQuery({
    queryKey: outlineKey(traceId),
    queryFn: ({ signal }) => readOutline(traceId, signal),
    staleTime: STALE_MS,
    gcTime: 30_000,
    refetchInterval: (query) => (query.state.data?.state.includes(RUNNING) ? RUNNING_MS : false),
    structuralSharing: false,
  });
}

/** A trace of so few spans is read whole: then every span is there at once, and every bar has its marks. */
const SMALL = 100;

/** All spans of a small trace; of a larger one, none. */
export function useSmallTrace(traceId: string, size: number) {
  return useQuery({
    queryKey: [...spansKey(traceId), "all"],
    queryFn: ({ signal }) => get<Span[]>(`${tracePath(traceId)}/spans`, { limit: SMALL }, signal),
    enabled: size <= SMALL,
    staleTime: STALE_MS,
    gcTime: 30_000,
  });
}

/** One span, whole; `known` is shown until it is there. */
export function useSpan(traceId: string, spanId: string | undefined, known: readonly Span[]) {
  return useQuery({
    placeholderData: known.find((span) => span.span_id === spanId),
    queryKey: [...spansKey(traceId), spanId],
    queryFn: ({ signal }) => get<Span>(`${tracePath(traceId)}/spans/${spanId}`, { whole: true }, signal),
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
