import { Axis } from "./Axis";
import type { Columns } from "./layout";
import { Minimap } from "./Minimap";
import type { Palette } from "./palette";
import { TreeColumnHandle } from "./TreeColumnHandle";
import styles from "./tree.module.css";
import type { TraceView } from "./useTraceView";

interface HeadProps {
  view: TraceView;
  columns: Columns;
  palette: Palette;
  ticks: { times: readonly number[]; step: number };
  share: number;
  onShare: (share: number) => void;
}

/** What stands over the columns: their names, the map of the whole trace, the time axis. */
export function Head({ view, columns, palette, ticks, share, onShare }: HeadProps) {
  const { tree, range, whole, setRange } = view;
  const time = { range, whole, width: columns.time, onRange: setRange };
  return (
    <div className={styles.head}>
      <div className={styles.headTree} style={{ width: columns.tree + columns.heat }}>
        <span className={styles.headName}>Span</span>
        {columns.heat > 0 && <span style={{ width: columns.heat }}>{heatTitle(view)}</span>}
        <TreeColumnHandle share={share} onShare={onShare} />
      </div>
      <div className={styles.headTime} style={{ width: columns.time }}>
        <Minimap {...time} tree={tree} palette={palette} />
        <Axis {...time} {...ticks} />
      </div>
    </div>
  );
}

function heatTitle({ heat, sums }: TraceView): string {
  if (heat === "cost") return Number.isNaN(sums.allCost) ? "No known cost" : "Cost";
  return Number.isNaN(sums.allTokens) ? "No tokens" : "Tokens";
}
