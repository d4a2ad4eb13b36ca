import type { Trace } from "@/api/types";
import { classes } from "@/design";
import type { Shown } from "@/scoring/useScoring";
import { previewText } from "../traces/preview";
import styles from "./Annotate.module.css";

interface QueueListProps {
  traces: readonly Trace[];
  at: number;
  given: (trace: Trace) => Shown | undefined;
  onGo: (index: number) => void;
}

const BEFORE = 3;
const SHOWN = 12;

/** Where one stands in the queue: the last few, and the next ones. */
export function QueueList({ traces, at, given, onGo }: QueueListProps) {
  const first = Math.max(0, at - BEFORE);
  return (
    <ol className={styles.queue} aria-label="Queue">
      {traces.slice(first, first + SHOWN).map((trace, offset) => {
        const index = first + offset;
        const shown = given(trace) ?? null;
        return (
          <li key={trace.trace_id}>
            <button
              type="button"
              className={styles.queued}
              aria-current={index === at || undefined}
              onClick={() => onGo(index)}
            >
              <span className={classes(styles.given, shown !== null && styles.has)}>{shown ?? ""}</span>
              <span className="truncate">
                {trace.input_preview
                  ? previewText(trace.input_preview)
                  : (trace.operation_name ?? trace.trace_id)}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
