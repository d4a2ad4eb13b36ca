import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ScopeParams } from "@/state/scope";
import { get } from "./client";
import type { Of } from "./filters";
import type { FacetsResponse, HistogramResponse } from "./types";

interface FacetsOptions {
  fields?: readonly string[];
  limit?: number;
  enabled?: boolean;
  refreshMs?: number;
}

/** What fields hold in a scope, and how often. */
export function useFacets(
  of: Of,
  params: ScopeParams,
  { fields, limit, enabled = true, refreshMs }: FacetsOptions,
) {
  return useQuery({
    queryKey: ["facets", of, params, fields, limit],
    queryFn: ({ signal }) => get<FacetsResponse>("/facets", { ...params, of, field: fields, limit }, signal),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs ?? false,
  });
}

/** How many there are over time, by status. */
export function useHistogram(of: Of, params: ScopeParams, points: number, refreshMs?: number) {
  return useQuery({
    queryKey: ["histogram", of, params, points],
    queryFn: ({ signal }) => get<HistogramResponse>("/histogram", { ...params, of, points }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs ?? false,
  });
}
