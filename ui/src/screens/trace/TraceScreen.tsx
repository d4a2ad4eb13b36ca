import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { ErrorState, TableSkeleton } from "@/design";
import { TraceHeader } from "@/trace/TraceHeader";
import { AddScore } from "./AddScore";
import { FactLink } from "./FactLink";
import { LoadedTrace } from "./LoadedTrace";
import { useOutline, useTrace } from "./queries";
import styles from "./screen.module.css";
import { TraceActions } from "./TraceActions";
import { useRunning } from "./useRunning";

/** One trace: what it was, its spans in tree and timeline, and the chosen span. */
export default function TraceScreen() {
  const { traceId = "" } = useParams({ strict: false }) as { traceId?: string };
  const trace = useTrace(traceId);
  const outline = useOutline(traceId);
  const nowNs = useRunning(trace.data);
  const name = trace.data?.operation_name;
  useEffect(() => {
    if (name) document.title = `${name} · PyFlare`;
  }, [name]);
  const error = outline.data ? null : (trace.error ?? outline.error);
  if (error) {
    const retry = () => void Promise.all([trace.refetch(), outline.refetch()]);
    return <ErrorState title="This trace could not be loaded" error={error} onRetry={retry} />;
  }
  return (
    <div className={styles.screen}>
      {trace.data && (
        <TraceHeader
          trace={trace.data}
          link={(field, value) => <FactLink field={field} value={value} />}
          actions={<TraceActions trace={trace.data} />}
          scoring={<AddScore traceId={trace.data.trace_id} />}
        />
      )}
      {outline.data ? (
        <LoadedTrace key={outline.data.trace_id} outline={outline.data} nowNs={nowNs} />
      ) : (
        <TableSkeleton rows={20} columns={2} />
      )}
    </div>
  );
}
