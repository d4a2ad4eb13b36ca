import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, type RefObject, useState } from "react";
import type { Scoring } from "@/scoring/useScoring";
import { judgementOf } from "@/scoring/useScoring";
import { useScope } from "@/state/scope";
import { rowId } from "./DataRow";
import { hrefOf, isSpan, type Row } from "./rows";
import type { useActiveRow } from "./useActiveRow";
import { targetOf } from "./useRowNow";
import type { useSelection } from "./useSelection";
import { useTableKeys } from "./useTableKeys";
import type { ValueMenuState } from "./ValueMenu";
import { valuesOf } from "./values";

interface TableActions {
  rows: readonly Row[];
  rowNow: (row: Row) => Row;
  active: ReturnType<typeof useActiveRow>;
  selection: ReturnType<typeof useSelection>;
  scroller: RefObject<HTMLDivElement | null>;
  annotate: string | undefined;
  scoring: Scoring;
  onFacets: () => void;
  onAnnotate: () => void;
}

const ROW_PX = 32;

/** What can be done with the rows by keys and clicks. */
export function useTableActions(table: TableActions) {
  const { rows, active, selection, scroller, annotate, scoring } = table;
  const { live, setScope } = useScope();
  const navigate = useNavigate();
  const [peeking, setPeeking] = useState(false);
  const [menu, setMenu] = useState<ValueMenuState | null>(null);

  const open = (row: Row) =>
    void navigate({
      to: "/traces/$traceId",
      params: { traceId: row.trace_id },
      search: (before: object) => (isSpan(row) ? { ...before, span: row.span_id } : before),
    });
  const openInTab = (row: Row) => void window.open(hrefOf(row), "_blank", "noopener");
  const move = (by: number, extend = false) => {
    if (extend && active.row && selection.keys.size === 0) selection.choose(active.row, false);
    const row = active.move(by);
    if (row && extend) selection.choose(row, true);
    scroller.current?.focus({ preventScroll: true });
  };
  useTableKeys({
    active: active.row,
    move,
    open,
    openInTab,
    peek: () => setPeeking(!peeking),
    choose: selection.choose,
    values: (row) => {
      const at = document.getElementById(rowId(row))?.getBoundingClientRect();
      if (at) setMenu({ anchor: new DOMRect(at.left + 60, at.top, 0, at.height), values: valuesOf(row) });
    },
    clear: () => {
      if (selection.keys.size > 0) selection.clear();
      else setPeeking(false);
    },
    toggleFacets: table.onFacets,
    toggleLive: () => setScope(live ? { live: undefined } : { live: "1", end: undefined }, { replace: true }),
    toggleAnnotate: table.onAnnotate,
    annotating: annotate !== undefined,
    score: (row, value) => {
      if (!annotate) return;
      const before = judgementOf(table.rowNow(row).scores[annotate]);
      void scoring.give(targetOf(row), { value, word: null, comment: null }, before);
      active.move(1);
    },
    undo: () => void scoring.undo(),
  });

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 2);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    if (by) move(by, event.shiftKey);
    else if (event.key === "Home") active.to(0);
    else if (event.key === "End") active.to(rows.length - 1);
    else if (event.key === "Enter" && active.row) open(active.row);
    else if (event.key === " ") setPeeking(!peeking);
    else return;
    event.preventDefault();
  };
  const onRowClick = (event: MouseEvent<HTMLElement>, index: number) => {
    const row = rows[index];
    const target = event.target as Element;
    const elsewhere = event.metaKey || event.ctrlKey;
    const link = target.closest("a") !== null;
    if (!row || (link && (elsewhere || event.shiftKey))) return;
    event.preventDefault();
    active.set(row);
    const value = target.closest<HTMLElement>("[data-field]");
    if (target.closest("[data-select]")) selection.choose(row, event.shiftKey);
    else if (value?.dataset.field && value.dataset.value !== undefined) {
      const { field, value: text } = value.dataset;
      setMenu({ anchor: value.getBoundingClientRect(), values: [{ field, value: text }] });
    } else if (elsewhere) openInTab(row);
    else if (link || (!peeking && !window.getSelection()?.toString())) open(row);
  };
  return { onKeyDown, onRowClick, peeking, setPeeking, menu, setMenu };
}
