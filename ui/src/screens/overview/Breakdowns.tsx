import { useState } from "react";
import type { Metric } from "@/api/metrics";
import { Segmented } from "@/design";
import { remember, remembered } from "@/state/preferences";
import { BreakdownCard } from "./BreakdownCard";
import styles from "./Breakdowns.module.css";
import grid from "./Overview.module.css";

/** Ways to rank the values of a dimension. */
const RANKS: readonly { value: Metric; label: string }[] = [
  { value: "requests", label: "Requests" },
  { value: "errors", label: "Errors" },
  { value: "latency_p95_ms", label: "Latency" },
  { value: "cost_usd", label: "Cost" },
];

const PLACES = ["model", "error", "user", "service"] as const;

/** Who has the largest part in it: four tables, each of a dimension to choose, all ranked alike. */
export function Breakdowns() {
  const [rank, setRank] = useState<Metric>(() => remembered<Metric>("overview.rank", "requests"));
  const choose = (metric: Metric) => {
    setRank(metric);
    remember("overview.rank", metric);
  };
  return (
    <section aria-label="Top values" className={styles.section}>
      <header className={styles.head}>
        <h2>Top values</h2>
        <Segmented label="Rank by" options={RANKS} value={rank} onChange={choose} />
      </header>
      <div className={grid.grid}>
        {PLACES.map((place) => (
          <BreakdownCard key={place} place={place} metric={rank} />
        ))}
      </div>
    </section>
  );
}
