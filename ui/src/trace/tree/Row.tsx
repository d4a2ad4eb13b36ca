import { CircleAlert } from "lucide-react";
import { memo } from "react";
import { classes, kindOf } from "@/design";
import { compact, cost, durationNs } from "@/format";
import type { Totals } from "../model/totals";
import { durationOf, ERROR, hasChildren, RUNNING, type Tree } from "../model/tree";
import { type Columns, ROW } from "./layout";
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

/** One span: its place in the tree, its name, what it cost. Its bar is drawn by the canvas of all rows. */
export const Row = memo(function Row({ tree, sums, span, top, indent, columns, ...look }: RowProps) {
  const { outline } = tree;
  const parent = hasChildren(tree, span);
  const failed = outline.status[span] === ERROR;
  const depth = tree.depth[span] as number;
  return (
    <div
      id={rowId(span)}
      role="treeitem"
      tabIndex={-1}
      data-span={span}
      aria-level={depth + 1}
      aria-selected={look.selected}
      aria-expanded={parent ? !look.collapsed : undefined}
      aria-label={labelOf(tree, span)}
      className={classes(
        styles.row,
        look.selected && styles.selected,
        look.matched && styles.matched,
        look.dimmed && styles.dimmed,
      )}
      style={{ height: ROW, top }}
    >
      <div className={styles.cell} style={{ width: columns.tree }}>
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
        </span>
        {look.collapsed && <Hidden tree={tree} sums={sums} span={span} />}
        {failed && <CircleAlert className={styles.alert} />}
        {outline.state[span] === RUNNING && <span className={styles.pulse} />}
        <Model tree={tree} span={span} />
      </div>
      {columns.heat > 0 && (
        <HeatCell tree={tree} sums={sums} span={span} heat={look.heat} width={columns.heat} />
      )}
    </div>
  );
});

function labelOf({ outline, ...tree }: Tree, span: number): string {
  const kind = outline.kinds[outline.kind[span] as number];
  const state = ["", "running", "died"][outline.state[span] ?? 0];
  const parts = [
    outline.names[outline.name[span] as number],
    kind && kindOf(kind).label,
    state || durationNs(durationOf({ outline, ...tree }, span)),
    outline.status[span] === ERROR && "error",
  ];
  return parts.filter(Boolean).join(", ");
}

function Hidden({ tree, sums, span }: { tree: Tree; sums: Totals; span: number }) {
  const below = (sums.errors[span] as number) - Number(tree.outline.status[span] === ERROR);
  return (
    <>
      <span className={styles.count}>+{compact((tree.weight[span] as number) - 1)}</span>
      {below > 0 && <span className={styles.errors}>{compact(below)} failed</span>}
    </>
  );
}

function Model({ tree: { outline }, span }: { tree: Tree; span: number }) {
  const model = outline.models[outline.model[span] as number];
  const told = outline.names[outline.name[span] as number]?.includes(model ?? "");
  return model && !told ? <span className={styles.model}>{model}</span> : null;
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
  const money = heat === "cost";
  const repeated = tree.outline.usage_repeated[span];
  const own = repeated ? Number.NaN : ((money ? sums.cost : sums.tokens)[span] as number);
  const below = (money ? sums.treeCost : sums.treeTokens)[span] as number;
  const all = money ? sums.allCost : sums.allTokens;
  const percent = (value: number) => (all > 0 && value > 0 ? `${(value / all) * 100}%` : 0);
  return (
    <div className={styles.heat} style={{ width }}>
      {!Number.isNaN(below) && (
        <>
          <span className={styles.heatBar} style={{ width: percent(below) }} />
          <span className={styles.heatOwn} style={{ width: percent(own) }} />
          <span className={styles.heatText}>{money ? cost(below) : compact(below)}</span>
        </>
      )}
    </div>
  );
}
