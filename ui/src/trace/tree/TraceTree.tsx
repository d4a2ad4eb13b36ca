import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { remember, remembered } from "@/state/preferences";
import { rowOf } from "../model/rows";
import { ticks } from "../model/zoom";
import { Bars } from "./Bars";
import type { Marks } from "./drawBars";
import { Head } from "./Head";
import { HoverCard } from "./HoverCard";
import { columnsOf, ROW, type Window } from "./layout";
import { usePalette } from "./palette";
import { rowId } from "./Row";
import { Rows } from "./Rows";
import { onRowClick, onRowDoubleClick } from "./rowClicks";
import { Sprite } from "./Sprite";
import { Toolbar } from "./Toolbar";
import styles from "./tree.module.css";
import { useHover } from "./useHover";
import { useSelectedInSight } from "./useSelectedInSight";
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
  const drawn = isDrawn(view, viewport.window);
  const left = columns.tree + columns.heat;
  const focus = useCallback(() => scroller.current?.focus({ preventScroll: true }), []);
  useEffect(focus, [focus]);
  return (
    <div className={styles.tree}>
      <Sprite kinds={view.tree.outline.kinds} />
      <Toolbar view={view} searchRef={searchBox} onLeaveSearch={focus} />
      <Head
        {...{ view, columns, palette, share }}
        ticks={marksAt}
        onShare={(next) => {
          setShare(next);
          remember("trace.treeShare", next);
        }}
      />
      <div
        ref={scroller}
        role="tree"
        aria-label="Spans"
        aria-activedescendant={drawn ? rowId(view.selected) : undefined}
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

/** Whether the chosen span's own row is among those drawn, so that the tree may name it as the active one. */
function isDrawn({ tree, rows, selected }: TraceView, { first, last }: Window): boolean {
  const row = rowOf(tree, rows, selected);
  return row >= first && row < last && rows[row] === selected;
}
