import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ApiError } from "@/api/client";
import { useInfo } from "@/api/info";
import { useMetrics } from "@/api/metrics";
import { ErrorState } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { Breakdowns } from "./Breakdowns";
import { Charts } from "./Charts";
import { FirstTrace } from "./FirstTrace";
import { NothingFound } from "./NothingFound";
import styles from "./Overview.module.css";
import { Tiles } from "./Tiles";

/** How the application does: numbers, their course over time, and who has the largest part in them. */
export default function Overview() {
  const info = useInfo();
  const metrics = useMetrics();
  useFirstTrace(info.data?.traces === 0);
  if (info.data?.traces === 0) return <FirstTrace info={info.data} />;
  if (metrics.error && !metrics.data) {
    const isFilter = metrics.error instanceof ApiError && metrics.error.code === "bad_filter";
    return (
      <div className={styles.page}>
        <FilterBar />
        <ErrorState
          title={isFilter ? "The filter cannot be used" : undefined}
          error={metrics.error}
          onRetry={isFilter ? undefined : () => void metrics.refetch()}
        />
      </div>
    );
  }
  const nothing = metrics.data?.values.requests === 0 && !metrics.isPlaceholderData;
  return (
    <div className={styles.page}>
      <FilterBar />
      {nothing ? (
        <NothingFound />
      ) : (
        <>
          <Tiles metrics={metrics.data} />
          <Charts />
          <Breakdowns />
        </>
      )}
    </div>
  );
}

/** Ask for everything anew when the first trace has come. */
function useFirstTrace(empty: boolean): void {
  const client = useQueryClient();
  const before = useRef(empty);
  useEffect(() => {
    if (before.current && !empty) void client.invalidateQueries();
    before.current = empty;
  }, [client, empty]);
}
