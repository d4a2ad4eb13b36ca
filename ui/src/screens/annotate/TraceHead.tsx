import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import type { Trace } from "@/api/types";
import { Badge } from "@/design";
import { cost, duration, fullTime, time, tokens } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./Annotate.module.css";

/** Which trace it is, in one line. */
export function TraceHead({ trace }: { trace: Trace }) {
  const { zone } = usePreferences();
  return (
    <header className={styles.head}>
      <h2 className="truncate">{trace.operation_name ?? trace.trace_id.slice(0, 8)}</h2>
      {trace.status === "error" && <Badge tone="bad">error</Badge>}
      {trace.model_ids.map((model) => (
        <Badge key={model}>{model}</Badge>
      ))}
      <span className={styles.facts}>
        <time dateTime={trace.start_time} title={fullTime(trace.start_time, zone)}>
          {time(trace.start_time, zone)}
        </time>
        <span>{duration(trace.duration_ms)}</span>
        {trace.total_tokens !== null && <span>{tokens(trace.total_tokens)} tokens</span>}
        {trace.cost_usd !== null && <span>{cost(trace.cost_usd)}</span>}
        {trace.user_id && <span>{trace.user_id}</span>}
      </span>
      <Link
        to="/traces/$traceId"
        params={{ traceId: trace.trace_id }}
        target="_blank"
        rel="noopener"
        className={styles.openLink}
      >
        Open <ArrowUpRight aria-hidden />
      </Link>
    </header>
  );
}
