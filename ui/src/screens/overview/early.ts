import { infoQuery } from "@/api/info";
import { breakdownQuery, metricsQuery, timeseriesQuery } from "@/api/metrics";
import { queryClient } from "@/api/queryClient";
import { type Scope, scopeParams } from "@/state/scope";
import { SERIES_METRICS, STEPS } from "./chartSpecs";
import { PLACES, ROWS, rememberedDimension, rememberedRank } from "./remembered";

/** Ask for what the overview shows before it is drawn: the answers are made while the browser still reads the code. */
export function askEarly(scope: Scope): void {
  const params = scopeParams(scope);
  void queryClient.prefetchQuery(metricsQuery(params));
  void queryClient.prefetchQuery(timeseriesQuery(params, SERIES_METRICS, STEPS));
  void queryClient.prefetchQuery(infoQuery);
  const rank = rememberedRank();
  for (const place of PLACES) {
    void queryClient.prefetchQuery(breakdownQuery(params, rememberedDimension(place), rank, ROWS));
  }
}
