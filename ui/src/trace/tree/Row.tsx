import { CircleAlert } from "lucide-react";
import { memo } from "react";
import { classes } from "@/design";
import type { Totals } from "../model/totals";
import { ERROR, hasChildren, RUNNING, type Tree } from "../model/tree";
import { type Columns, ROW } from "./layout";
import { failedBelow, heatOf, heatText, hiddenCount, labelOf, modelShown } from "./rowTexts";
import { Chevron, KindMark } from "./Sprite";
import styles from "./tree.module.css";
import type { Heat } from "./useTraceView";

interface RowProps {
  tree: Tree;
  sums: Totals;
  span: number;
  top: number;
  indent: number;
  columns: Columns;
  heat: Heat;
  collapsed: boolean;
  selected: boolean;
  matched: boolean;
  /** Off the critical path while that is shown. */
  dimmed: boolean;
}

export const rowId = (span: number) => `span-row-${span}`;

/**
 * One span: its place in the tree, its name, what it cost. Its bar is drawn by the canvas of all rows. All it shows
 * is in its accessible name too, in the same order; the spaces keep words apart for who compares the two.
 */
export const Row = memo(function Row({ tree, sums, span, top, indent, columns, ...look }: RowProps) {
  const { outline } = tree;
  const parent = hasChildren(tree, span);
  const failed = outline.status[span] === ERROR;
  const depth = tree.depth[span] as number;
  const model = modelShown(tree, span);
  return (
    <div
      id={rowId(span)}
      role="treeitem"
      tabIndex={-1}
      data-span={span}
      aria-level={depth + 1}
      aria-selected={look.selected}
      aria-expanded={parent ? !look.collapsed : undefined}
      aria-label={labelOf({ tree, sums, span, collapsed: look.collapsed, heat: look.heat })}
      className={classes(
        styles.row,
        look.selected && styles.selected,
        look.matched && styles.matched,
        look.dimmed && styles.dimmed,
      )}
      style={{ height: ROW, top }}
    >
      <div aria-hidden className={styles.cell} style={{ width: columns.tree }}>
        <span
          className={styles.guides}
          style={{ width: depth * indent, backgroundSize: `${indent}px 100%` }}
        />
        <span className={styles.chevron} data-toggle={parent || undefined}>
          {parent && <Chevron open={!look.collapsed} />}
        </span>
        <KindMark kind={outline.kinds[outline.kind[span] as number]} />
        <span className={classes(styles.name, failed && styles.failed)}>
          {outline.names[outline.name[span] as number]}
        </span>{" "}
        {parent && look.collapsed && <Hidden tree={tree} sums={sums} span={span} />}
        {failed && <CircleAlert className={styles.alert} />}
        {outline.state[span] === RUNNING && <span className={styles.pulse} />}{" "}
        {model && <span className={styles.model}>{model}</span>}
      </div>{" "}
      {columns.heat > 0 && (
        <HeatCell tree={tree} sums={sums} span={span} heat={look.heat} width={columns.heat} />
      )}
    </div>
  );
});

function Hidden({ tree, sums, span }: { tree: Tree; sums: Totals; span: number }) {
  const failed = failedBelow(tree, sums, span);
  return (
    <>
      <span className={styles.count}>{hiddenCount(tree, span)}</span>{" "}
      {failed && <span className={styles.errors}>{failed}</span>}
    </>
  );
}

interface HeatCellProps {
  tree: Tree;
  sums: Totals;
  span: number;
  heat: Heat;
  width: number;
}

/** What the span and all below it used, as a share of the trace; its own part is darker. */
function HeatCell({ tree, sums, span, heat, width }: HeatCellProps) {
  const { own, below, all } = heatOf(tree, sums, span, heat);
  const percent = (value: number) => (all > 0 && value > 0 ? `${(value / all) * 100}%` : 0);
  const text = heatText(tree, sums, span, heat);
  return (
    <div aria-hidden className={styles.heat} style={{ width }}>
      {text && (
        <>
          <span className={styles.heatBar} style={{ width: percent(below) }} />
          <span className={styles.heatOwn} style={{ width: percent(own) }} />
          <span className={styles.heatText}>{text}</span>
        </>
      )}
    </div>
  );
}
