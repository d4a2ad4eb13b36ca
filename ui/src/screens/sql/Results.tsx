import type { QueryResult } from "@/api/query";
import { EmptyState, Segmented } from "@/design";
import { count, duration } from "@/format";
import { titleOf } from "@/results/naming";
import { ResultChart } from "@/results/ResultChart";
import { ResultTable } from "@/results/ResultTable";
import { DownloadMenu } from "./DownloadMenu";
import styles from "./SqlScreen.module.css";
import type { SqlSearch } from "./search";

interface ResultsProps {
  sql: string;
  result: QueryResult;
  search: SqlSearch;
  onSearch: (change: SqlSearch) => void;
}

const VIEWS = [
  { value: "table", label: "Table" },
  { value: "chart", label: "Chart" },
] as const;

/** What came back: how much, how fast, and the rows as a table or a chart. */
export function Results({ sql, result, search, onSearch }: ResultsProps) {
  const view = search.view ?? "table";
  return (
    <>
      <div className={styles.status}>
        <Segmented
          label="Show as"
          options={VIEWS}
          value={view}
          onChange={(next) => onSearch({ view: next === "chart" ? next : undefined })}
        />
        <span role="status">
          {count(result.rows.length)} {result.rows.length === 1 ? "row" : "rows"} in{" "}
          {duration(result.execution_time_ms)}
        </span>
        {result.truncated && <span className={styles.cut}>only the first; there are more</span>}
        <span className={styles.gap} />
        <DownloadMenu sql={sql} />
      </div>
      {result.rows.length === 0 ? (
        <EmptyState title="No rows">The statement is fine; nothing in the folder meets it.</EmptyState>
      ) : view === "chart" ? (
        <ResultChart
          table={result}
          title={titleOf(sql)}
          chart={search.chart}
          onChart={(chart) => onSearch({ chart })}
        />
      ) : (
        <ResultTable key={sql} table={result} />
      )}
    </>
  );
}
