import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type ExplainedPart, useDriftExplanation, type Watched } from "@/api/drift";
import { Button, classes, ErrorState, Select, Spinner } from "@/design";
import { percent } from "@/format";
import { Behind } from "./Behind";
import styles from "./Drift.module.css";
import { carriedWords, METRICS, type Metric, measureOf } from "./metrics";

const OPTIONS = Object.entries(METRICS).map(([value, { label }]) => ({ value: value as Metric, label }));

interface ExplainedProps {
  watched: Watched;
  run: string;
  column: string;
  /** Traces that the run itself wrote down. */
  samples: readonly string[];
}

/** The traces behind a difference; and, once it is asked for, which values moved and what else went with them. */
export function Explained({ watched, run, column, samples }: ExplainedProps) {
  const [metric, setMetric] = useState<Metric>("error");
  const [asked, setAsked] = useState(false);
  const { data, error, isFetching } = useDriftExplanation(watched, run, column, asked ? metric : null);
  return (
    <>
      <Behind ids={data?.trace_ids.length ? data.trace_ids : samples} />
      <div className={styles.ask}>
        <span>What went with it in</span>
        <Select label="Metric" value={metric} options={OPTIONS} onChange={setMetric} />
        {!asked && <Button onClick={() => setAsked(true)}>Explain</Button>}
        {isFetching && <Spinner />}
      </div>
      {error && <ErrorState title="This could not be explained" error={error} />}
      {data && !error && (
        <>
          <p className={styles.words}>{carriedWords(data)}</p>
          <Parts parts={data.parts} metric={data.metric} />
        </>
      )}
    </>
  );
}

/** The values that moved, their traces, and the metric within each. */
function Parts({ parts, metric }: { parts: readonly ExplainedPart[]; metric: string }) {
  const { label, write } = measureOf(metric);
  return (
    <div className={styles.scroller}>
      <table className={classes(styles.table, styles.values)}>
        <thead>
          <tr>
            <th scope="col">Value</th>
            <th scope="col">Share</th>
            <th scope="col">{label}</th>
            <th scope="col" className={styles.extra}>
              Trace
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.label}>
              <td title={part.label}>
                <span className={styles.label}>{part.label}</span>
              </td>
              <td>
                {percent(part.reference)} → <b>{percent(part.current)}</b>
              </td>
              <td>
                {write(part.metric_reference)} → {write(part.metric_current)}
              </td>
              <td className={styles.extra}>
                {part.trace_ids[0] && (
                  <Link to="/traces/$traceId" params={{ traceId: part.trace_ids[0] }} className="mono">
                    {part.trace_ids[0].slice(0, 8)}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
