import { Link } from "@tanstack/react-router";
import type { Outline } from "@/api/types";
import { KindIcon, kindOf } from "@/design";
import { count, durationNs } from "@/format";
import styles from "./Peek.module.css";
import { smallTree } from "./smallTree";

const MOST = 60;

/** The spans of a trace in small: names with their place in time, as many as are readable. */
export function PeekTree({ outline }: { outline: Outline }) {
  const { nodes, hidden } = smallTree(outline, MOST);
  return (
    <ul className={styles.tree}>
      {nodes.map(({ index, depth, left, width }) => {
        const kind = outline.kinds[outline.kind[index] ?? -1] ?? null;
        const spanId = outline.span_id[index] ?? "";
        return (
          <li key={spanId}>
            <Link
              to="/traces/$traceId"
              params={{ traceId: outline.trace_id }}
              search={(before: object) => ({ ...before, span: spanId })}
              className={styles.node}
              data-failed={outline.status[index] === 2 || undefined}
            >
              <span className={styles.nodeName} style={{ paddingLeft: depth * 12 }}>
                <KindIcon kind={kind} />
                <span className="truncate">{outline.names[outline.name[index] ?? -1]}</span>
              </span>
              <span className={styles.nodeLine} aria-hidden>
                <span
                  className={styles.nodeBar}
                  style={{ left: `${left * 100}%`, width: `${width * 100}%`, background: kindOf(kind).color }}
                />
              </span>
              <span className={styles.nodeTime}>{durationNs(outline.span_duration_ns[index])}</span>
            </Link>
          </li>
        );
      })}
      {hidden > 0 && <li className={styles.hidden}>{count(hidden)} more</li>}
    </ul>
  );
}
