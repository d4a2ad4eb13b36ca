import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { quoted, type Scope, type ScopeParams, scopeParams, useScope } from "@/state/scope";
import { get } from "./client";
import { LIVE_MS } from "./metrics";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type CostSummary = Schemas["CostSummary"];
export type CostGroup = Schemas["CostGroup"];
export type CostShare = Schemas["CostShare"];
export type CostBreakdown = Schemas["CostBreakdown"];
export type CostForecast = Schemas["CostForecast"];
export type ForecastDay = Schemas["ForecastDay"];
export type ForecastError = Schemas["ForecastError"];
export type SpendBounds = Schemas["SpendBounds"];
export type BudgetAccount = Schemas["BudgetAccount"];
export type BudgetList = Schemas["BudgetList"];

/** By what costs can be broken down. */
export type CostDimension =
  | "model"
  | "provider"
  | "user"
  | "feature"
  | "environment"
  | "team"
  | "session"
  | "service";

type GroupBy = "model_id" | "hour" | "day";

const BUDGETS_MS = 10_000;

const following = (live: boolean) => ({
  refetchInterval: live ? LIVE_MS : (false as const),
  placeholderData: keepPreviousData,
});

function useCostsOf(params: ScopeParams, groups: readonly GroupBy[], enabled = true) {
  const { live } = useScope();
  const asked = { ...params, group_by: groups };
  return useQuery({
    queryKey: ["costs", asked],
    queryFn: ({ signal }) => get<CostSummary>("/costs", asked, signal),
    enabled,
    ...following(live),
  });
}

/** What the scope cost, in all, over time, and by model. */
export function useCosts(enabled = true) {
  return useCostsOf(useScope().params, ["model_id"], enabled);
}

/** The same by model and hour or day, once it is known which of them the periods are. */
export function useCostsOverTime(step: "hour" | "day" | undefined) {
  return useCostsOf(useScope().params, ["model_id", step ?? "day"], step !== undefined);
}

/** What was spent in traces of the scope that failed. */
export function useFailedCosts() {
  const { params } = useScope();
  return useCostsOf({ ...params, filter: both(params.filter, "status = error") }, []);
}

/** What was spent since a moment: by the filter of the scope, not by its range. */
export function useSpentSince(start: string | undefined) {
  const { params } = useScope();
  const { filter, service } = params;
  return useCostsOf({ filter, service, start_time: start }, [], start !== undefined);
}

/** The values of one dimension, the dearest first. */
export function useCostBreakdown(dimension: CostDimension, limit: number) {
  const { params, live } = useScope();
  const asked = { ...params, dimension, limit };
  return useQuery({
    queryKey: ["costs", "breakdown", asked],
    queryFn: ({ signal }) => get<CostBreakdown>("/costs/breakdown", asked, signal),
    ...following(live),
  });
}

/** Spend to come, by the filter of the scope: a forecast begins today, whatever range is looked at. */
export function useForecast(days: number) {
  const { scope } = useScope();
  const asked = { filter: forecastFilter(scope), horizon_days: days };
  return useQuery({
    queryKey: ["costs", "forecast", asked],
    queryFn: ({ signal }) => get<CostForecast>("/costs/forecast", asked, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

/** How the folder's budgets stand now. */
export function useBudgets() {
  const { live } = useScope();
  return useQuery({
    queryKey: ["budgets"],
    queryFn: ({ signal }) => get<BudgetList>("/budgets", { limit: 200 }, signal),
    refetchInterval: live ? LIVE_MS : BUDGETS_MS,
  });
}

/** Forecasts take the service as a part of the filter. */
export function forecastFilter(scope: Scope): string | undefined {
  const { filter } = scopeParams(scope);
  return scope.service ? both(filter, `service = ${quoted(scope.service)}`) : filter;
}

const both = (filter: string | undefined, clause: string) => (filter ? `(${filter}) and ${clause}` : clause);
