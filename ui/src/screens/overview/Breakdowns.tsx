import { useState } from "react";
import type { Metric } from "@/api/metrics";
import { Segmented } from "@/design";
import { BreakdownCard } from "./BreakdownCard";
import styles from "./Breakdowns.module.css";
import grid from "./Overview.module.css";
import { PLACES, RANKS, rememberedRank, rememberRank } from "./remembered";

/** Who has the largest part in it: four tables, each of a dimension to choose, all ranked alike. */
export function Breakdowns() {
  const [rank, setRank] = useState<Metric>(rememberedRank);
  const choose = (metric: Metric) => {
    setRank(metric);
    rememberRank(metric);
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
