import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { type Metric, useBreakdown } from "@/api/metrics";
import { Button, ErrorState, Menu, TableSkeleton } from "@/design";
import { count } from "@/format";
import styles from "./Breakdowns.module.css";
import { BreakdownTable } from "./BreakdownTable";
import { DIMENSIONS } from "./dimensions";
import { ROWS, rememberDimension, rememberedDimension } from "./remembered";

/** The first values of one dimension. The dimension can be changed; the browser remembers it. */
export function BreakdownCard({ place, metric }: { place: string; metric: Metric }) {
  const [dimension, setDimension] = useState(() => rememberedDimension(place));
  const { title, counted, none } = DIMENSIONS[dimension] ?? {
    title: dimension,
    counted: "Requests",
    none: "",
  };
  const { data, error, refetch } = useBreakdown(dimension, metric, ROWS);
  const items = Object.entries(DIMENSIONS).map(([key, { title: label }]) => ({
    label,
    checked: key === dimension,
    onSelect: () => {
      setDimension(key);
      rememberDimension(place, key);
    },
  }));
  return (
    <section className={styles.card} aria-label={title}>
      <header className={styles.title}>
        <h3>
          <Menu
            label="Dimension"
            items={items}
            trigger={
              <Button variant="ghost" size="sm">
                {title}
                <ChevronDown aria-hidden />
              </Button>
            }
          />
        </h3>
        {data && data.others > 0 && <span className={styles.others}>{count(data.others)} more</span>}
      </header>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <BreakdownTable
          title={title}
          counted={counted}
          none={none}
          rows={data.rows}
          metric={metric}
          failures={dimension === "error"}
        />
      ) : (
        <TableSkeleton rows={ROWS} columns={3} />
      )}
    </section>
  );
}
