import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ScopeParams } from "@/state/scope";
import { get } from "./client";
import type { components } from "./schema";
import type { Trace, TraceListResponse } from "./types";

export type AlignedSpan = components["schemas"]["AlignedSpan"];
export type TraceComparison = components["schemas"]["TraceComparison"];
export type GroupComparison = components["schemas"]["GroupComparison"];
export type Contrast = components["schemas"]["Contrast"];
export type ContrastValue = components["schemas"]["ContrastValue"];

/** Two traces, aligned by structure. Asked for once both are named. */
export function useTraceComparison(a: string | undefined, b: string | undefined) {
  return useQuery({
    queryKey: ["compare", "traces", a, b],
    queryFn: ({ signal }) => get<TraceComparison>("/compare/traces", { a, b }, signal),
    enabled: !!a && !!b,
    staleTime: 60_000,
  });
}

/** Two groups of traces, field by field. Without `b` it is everything else in scope. */
export function useGroupComparison(params: ScopeParams, a: string | undefined, b: string | undefined) {
  return useQuery({
    queryKey: ["compare", "groups", params, a, b],
    queryFn: ({ signal }) => get<GroupComparison>("/compare/groups", { ...params, a, b }, signal),
    enabled: !!a,
    staleTime: 60_000,
  });
}

const SUGGESTED = 12;
const HEX = /^[0-9a-f]{6,32}$/;

/** Traces to choose from: those a text finds, the one whose id begins so, or the latest. */
export function useTraceChoices(text: string, enabled: boolean) {
  return useQuery({
    queryKey: ["compare", "choices", text],
    queryFn: ({ signal }) => choices(text.trim(), signal),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

async function choices(text: string, signal: AbortSignal): Promise<Trace[]> {
  if (HEX.test(text)) return [await get<Trace>(`/traces/${text}`, {}, signal)];
  const { traces } = await get<TraceListResponse>("/traces", { filter: text, limit: SUGGESTED }, signal);
  return traces;
}
