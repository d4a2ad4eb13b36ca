import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { type ScopeParams, useScope } from "@/state/scope";
import { get } from "./client";
import type { BreakdownResponse, MetricsResponse, TimeseriesResponse } from "./types";

export type Metric =
  | "requests"
  | "errors"
  | "error_rate"
  | "latency_p50_ms"
  | "latency_p95_ms"
  | "latency_p99_ms"
  | "input_tokens"
  | "output_tokens"
  | "cache_read_tokens"
  | "cost_usd"
  | "users"
  | "sessions";

/** How often a screen that follows what arrives asks again. */
export const LIVE_MS = 2_000;

const following = (live: boolean) => ({
  refetchInterval: live ? LIVE_MS : (false as const),
  placeholderData: keepPreviousData,
});

export const metricsQuery = (params: ScopeParams) =>
  queryOptions({
    queryKey: ["metrics", params],
    queryFn: ({ signal }) => get<MetricsResponse>("/metrics", params, signal),
  });

export function timeseriesQuery(params: ScopeParams, metrics: readonly Metric[], points: number) {
  const asked = { ...params, metrics, points };
  return queryOptions({
    queryKey: ["timeseries", asked],
    queryFn: ({ signal }) => get<TimeseriesResponse>("/metrics/timeseries", asked, signal),
  });
}

export function breakdownQuery(params: ScopeParams, dimension: string, order: Metric, limit: number) {
  const asked = { ...params, dimension, order_by: order, limit };
  return queryOptions({
    queryKey: ["breakdown", asked],
    queryFn: ({ signal }) => get<BreakdownResponse>("/breakdown", asked, signal),
  });
}

/** Totals of the scope, and of the stretch of time before it. */
export function useMetrics() {
  const { params, live } = useScope();
  return useQuery({ ...metricsQuery(params), ...following(live) });
}

/** Metrics over time, on one grid of at most `points` steps. */
export function useTimeseries(metrics: readonly Metric[], points: number) {
  const { params, live } = useScope();
  return useQuery({ ...timeseriesQuery(params, metrics, points), ...following(live) });
}

/** The values of one dimension, those first that have most of a metric. */
export function useBreakdown(dimension: string, order: Metric, limit: number) {
  const { params, live } = useScope();
  return useQuery({ ...breakdownQuery(params, dimension, order, limit), ...following(live) });
}
