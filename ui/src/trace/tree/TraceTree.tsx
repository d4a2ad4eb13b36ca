import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { remember, remembered } from "@/state/preferences";
import { rowOf, setCollapsed, setSubtree } from "../model/rows";
import { rangeAround, ticks } from "../model/zoom";
import { Axis } from "./Axis";
import { Bars } from "./Bars";
import type { Marks } from "./drawBars";
import { HoverCard } from "./HoverCard";
import { columnsOf, ROW, scrollToRow } from "./layout";
import { Minimap } from "./Minimap";
import { usePalette } from "./palette";
import { rowId } from "./Row";
import { Rows } from "./Rows";
import { Sprite } from "./Sprite";
import { Toolbar } from "./Toolbar";
import { TreeColumnHandle } from "./TreeColumnHandle";
import styles from "./tree.module.css";
import { useHover } from "./useHover";
import type { TraceView } from "./useTraceView";
import { useTreeKeys } from "./useTreeKeys";
import { useViewport } from "./useViewport";
import { useWheelZoom } from "./useWheelZoom";

interface TraceTreeProps {
  view: TraceView;
  marks: ReadonlyMap<number, Marks>;
  onFocusPanel: () => void;
}

const TICK_PX = 90;

/** Tree and timeline of a trace in one list of rows. */
export function TraceTree({ view, marks, onFocusPanel }: TraceTreeProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const [share, setShare] = useState(() => remembered("trace.treeShare", 0.42));
  const viewport = useViewport(scroller, view.rows.length);
  const columns = useMemo(
    () => columnsOf(viewport.width, share, view.heat !== "off"),
    [viewport.width, share, view.heat],
  );
  const palette = usePalette(view.tree.outline.kinds);
  const marksAt = useMemo(() => ticks(view.range, columns.time / TICK_PX), [view.range, columns.time]);
  const onKeyDown = useTreeKeys(view, {
    focusSearch: () => searchBox.current?.focus(),
    focusPanel: onFocusPanel,
    page: () => Math.max(1, Math.floor(viewport.height / ROW) - 1),
  });
  useSelectedInSight(scroller, view, viewport.height);
  useWheelZoom(scroller, columns, view);
  const { hover, ...hovering } = useHover(scroller, view.rows, columns);
  const left = columns.tree + columns.heat;
  const focus = useCallback(() => scroller.current?.focus({ preventScroll: true }), []);
  useEffect(focus, [focus]);
  return (
    <div className={styles.tree}>
      <Sprite kinds={view.tree.outline.kinds} />
      <Toolbar view={view} searchRef={searchBox} onLeaveSearch={focus} />
      <div className={styles.head}>
        <div className={styles.headTree} style={{ width: left }}>
          <span className={styles.headName}>Span</span>
          {columns.heat > 0 && (
            <span style={{ width: columns.heat }}>{view.heat === "cost" ? "Cost" : "Tokens"}</span>
          )}
          <TreeColumnHandle
            share={share}
            onShare={(next) => {
              setShare(next);
              remember("trace.treeShare", next);
            }}
          />
        </div>
        <div className={styles.headTime} style={{ width: columns.time }}>
          <Minimap
            {...{ tree: view.tree, range: view.range, whole: view.whole, palette }}
            width={columns.time}
            onRange={view.setRange}
          />
          <Axis
            range={view.range}
            whole={view.whole}
            {...marksAt}
            width={columns.time}
            onRange={view.setRange}
          />
        </div>
      </div>
      <div
        ref={scroller}
        role="tree"
        aria-label="Spans"
        aria-activedescendant={view.selected >= 0 ? rowId(view.selected) : undefined}
        tabIndex={0}
        className={styles.scroller}
        onScroll={() => {
          viewport.onScroll();
          hovering.onPointerLeave();
        }}
        onKeyDown={onKeyDown}
        onPointerMove={hovering.onPointerMove}
        onPointerLeave={hovering.onPointerLeave}
        onClick={(event) => onRowClick(event, view)}
        onDoubleClick={(event) => onRowDoubleClick(event, view, left)}
      >
        <div role="none" style={{ height: view.rows.length * ROW }}>
          <Rows view={view} window={viewport.window} columns={columns} />
          <div role="none" className={styles.layer} style={{ top: viewport.window.first * ROW }}>
            <Bars
              {...{
                tree: view.tree,
                rows: view.rows,
                range: view.range,
                path: view.path,
                palette,
                marks,
                left,
              }}
              window={viewport.window}
              ticks={marksAt.times}
              width={columns.time}
            />
          </div>
        </div>
      </div>
      {hover && <HoverCard view={view} hover={hover} />}
    </div>
  );
}

/** Scroll to the chosen span when another is chosen, or when folding moved it. */
function useSelectedInSight(
  scroller: React.RefObject<HTMLElement | null>,
  view: TraceView,
  height: number,
): void {
  const { tree, rows, selected } = view;
  const id = tree.outline.span_id[selected];
  const shown = useRef<string>(undefined);
  useEffect(() => {
    const element = scroller.current;
    if (!element || height === 0 || id === undefined || shown.current === id) return;
    shown.current = id;
    element.scrollTop = scrollToRow(rowOf(tree, rows, selected), element.scrollTop, height);
  }, [scroller, id, selected, tree, rows, height]);
}

function spanAt(target: EventTarget): number {
  const row = (target as Element).closest<HTMLElement>("[data-span]");
  return Number(row?.dataset.span ?? -1);
}

function onRowClick(event: React.MouseEvent, view: TraceView): void {
  const span = spanAt(event.target);
  if (span < 0) return;
  if (!(event.target as Element).closest("[data-toggle]")) {
    view.select(span);
    return;
  }
  const to = !view.collapsed[span];
  view.setCollapsed(
    event.altKey || event.shiftKey
      ? setSubtree(view.tree, view.collapsed, span, to)
      : setCollapsed(view.collapsed, span, to),
  );
}

function onRowDoubleClick(event: React.MouseEvent, view: TraceView, left: number): void {
  const span = spanAt(event.target);
  const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
  if (span < 0 || x < left) return;
  view.setRange(rangeAround(view.tree.start[span] as number, view.tree.end[span] as number, view.whole));
}
