import { Link } from "@tanstack/react-router";
import { useTracesOf } from "@/api/drift";
import type { Trace } from "@/api/types";
import { Skeleton } from "@/design";
import { time } from "@/format";
import { usePreferences } from "@/state/preferences";
import { previewText } from "../traces/preview";
import styles from "./Drift.module.css";

const SHOWN = 8;

/** Some of the traces behind a difference: a click opens one. */
export function Behind({ ids, title = "Traces behind it" }: { ids: readonly string[]; title?: string }) {
  const shown = ids.slice(0, SHOWN);
  const traces = useTracesOf(shown);
  if (shown.length === 0) return null;
  return (
    <div className={styles.behind}>
      <h4>{title}</h4>
      <ul>
        {shown.map((id, index) => (
          <li key={id}>
            <Link to="/traces/$traceId" params={{ traceId: id }} className={styles.trace}>
              <TraceWords id={id} trace={traces[index]?.data} pending={traces[index]?.isPending ?? false} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function TraceWords({ id, trace, pending }: { id: string; trace: Trace | undefined; pending: boolean }) {
  const { zone } = usePreferences();
  if (pending) return <Skeleton width={220} />;
  if (!trace) {
    return (
      <>
        <span className="mono">{id.slice(0, 12)}</span> <small>no longer kept</small>
      </>
    );
  }
  return (
    <>
      <b className="truncate">{trace.operation_name ?? id.slice(0, 12)}</b>
      <span className="truncate">{trace.input_preview ? previewText(trace.input_preview) : ""}</span>
      <small>{time(trace.start_time, zone)}</small>
    </>
  );
}
