import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useScope } from "@/state/scope";
import { get } from "./client";
import { LIVE_MS } from "./metrics";
import type { components } from "./schema";
import type { Trace } from "./types";

type Schemas = components["schemas"];

export type DriftMonitor = Schemas["DriftMonitor"];
export type DriftRun = Schemas["DriftRun"];
export type DriftColumn = Schemas["DriftColumn"];
export type DriftContribution = Schemas["DriftContribution"];
export type DriftPoint = Schemas["DriftPoint"];
export type DriftSeries = Schemas["DriftSeries"];
export type DriftExplanation = Schemas["DriftExplanation"];
export type ExplainedPart = Schemas["ExplainedPart"];
export type DriftMap = Schemas["DriftMap"];
export type DriftStanding = DriftMonitor["status"];
type DriftMonitorList = Schemas["DriftMonitorList"];

/** A monitor in one segment. */
export interface Watched {
  monitor: string;
  segment: string | undefined;
}

/** The range of the scope: it is the range of the runs. Filters are about traces, and do not matter here. */
function useRange() {
  const { params, live } = useScope();
  const { start_time, end_time } = params;
  return { range: { start_time, end_time }, refetchInterval: live ? LIVE_MS : (false as const) };
}

/** How the monitors of the folder stand, the worst first. */
export function useDriftMonitors() {
  const { range, refetchInterval } = useRange();
  const asked = { ...range, limit: 1000 };
  return useQuery({
    queryKey: ["drift", "monitors", asked],
    queryFn: ({ signal }) => get<DriftMonitorList>("/drift-monitors", asked, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

const pathOf = ({ monitor }: Watched) => `/drift-monitors/${encodeURIComponent(monitor)}`;

/** One run of a monitor with all its columns; the latest where none is named. */
export function useDriftRun(watched: Watched, runId: string | undefined) {
  const { range, refetchInterval } = useRange();
  const asked = { segment: watched.segment, ...(runId ? { run_id: runId } : range) };
  return useQuery({
    queryKey: ["drift", "run", watched.monitor, asked],
    queryFn: ({ signal }) => get<DriftRun>(pathOf(watched), asked, signal),
    placeholderData: (before, query) =>
      query?.queryKey[2] === watched.monitor && before?.segment === (watched.segment ?? null)
        ? before
        : undefined,
    refetchInterval,
  });
}

/** The course of a monitor from run to run, or that of one of its columns. */
export function useDriftSeries(watched: Watched, column: string | undefined) {
  const { range, refetchInterval } = useRange();
  const asked = { ...range, segment: watched.segment, column, limit: 1000 };
  return useQuery({
    queryKey: ["drift", "series", watched.monitor, asked],
    queryFn: ({ signal }) => get<DriftSeries>(`${pathOf(watched)}/history`, asked, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** Some traces by id, each as it comes; one that is no longer kept has an error. */
export function useTracesOf(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["trace", id, "row"],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Trace>(`/traces/${id}`, {}, signal),
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })),
  });
}

/** Why a column drifted in a run: worked out anew from the rows, so only when somebody asks. */
export function useDriftExplanation(watched: Watched, run: string, column: string, metric: string | null) {
  const asked = { segment: watched.segment, run_id: run, column, metric };
  return useQuery({
    queryKey: ["drift", "explanation", watched.monitor, asked],
    queryFn: ({ signal }) => get<DriftExplanation>(`${pathOf(watched)}/explanation`, asked, signal),
    enabled: metric !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}

/** The embeddings that a run compared, on a plane. */
export function useDriftMap(watched: Watched, run: string, column: string) {
  const asked = { segment: watched.segment, run_id: run, column };
  return useQuery({
    queryKey: ["drift", "map", watched.monitor, asked],
    queryFn: ({ signal }) => get<DriftMap>(`${pathOf(watched)}/map`, asked, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
