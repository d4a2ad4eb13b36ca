import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { type CostBreakdown, type CostDimension, type CostShare, useCostBreakdown } from "@/api/costs";
import { Button, classes, ErrorState, Menu, TableSkeleton } from "@/design";
import { compact, cost, percent } from "@/format";
import table from "../overview/Breakdowns.module.css";
import styles from "./Costs.module.css";
import { ALL, DIMENSIONS, ROWS, rememberDimension, rememberedDimension } from "./dimensions";
import { ToTraces } from "./ToTraces";

/** Costs by one dimension, the dearest first. The dimension can be changed; the browser remembers it. */
export function BreakdownCard({ place }: { place: CostDimension }) {
  const [dimension, setDimension] = useState(() => rememberedDimension(place));
  const { data, error, refetch } = useCostBreakdown(dimension, ROWS);
  const { title } = DIMENSIONS[dimension];
  const items = ALL.map((one) => ({
    label: DIMENSIONS[one].title,
    checked: one === dimension,
    onSelect: () => {
      setDimension(one);
      rememberDimension(place, one);
    },
  }));
  return (
    <section className={table.card} aria-label={`Cost by ${dimension}`}>
      <header className={table.title}>
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
      </header>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <BreakdownTable breakdown={data} dimension={dimension} />
      ) : (
        <TableSkeleton rows={ROWS} columns={3} />
      )}
    </section>
  );
}

function BreakdownTable({ breakdown, dimension }: { breakdown: CostBreakdown; dimension: CostDimension }) {
  const rows = breakdown.breakdown;
  const { title, none } = DIMENSIONS[dimension];
  if (!rows.some(({ value }) => value !== null)) return <p className={table.empty}>{none}</p>;
  return (
    <table className={classes(table.table, styles.breakdown)}>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{title}</span>
          </th>
          <th scope="col" className={classes(table.number, table.extra)}>
            Calls
          </th>
          <th scope="col" className={table.number}>
            Cost
          </th>
          <th scope="col" className={table.number}>
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.value} row={row} dimension={dimension} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row, dimension }: { row: CostShare; dimension: CostDimension }) {
  return (
    <tr>
      <td>
        <span className={table.bar} style={{ width: `calc((100% - 16px) * ${row.share ?? 0})` }} />
        <ToTraces field={dimension} value={row.value} />
      </td>
      <td className={table.extra}>{compact(row.requests)}</td>
      <td>{row.cost_usd === null ? <i className={styles.faint}>unpriced</i> : cost(row.cost_usd)}</td>
      <td>{percent(row.share)}</td>
    </tr>
  );
}
