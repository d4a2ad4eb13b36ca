import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from "react";
import type { Of } from "@/api/filters";
import { ErrorState, TableSkeleton } from "@/design";
import type { FilterHandle } from "@/filter/useFilter";
import type { LiveStatus } from "@/live/connection";
import { judgementOf, useScoring } from "@/scoring/useScoring";
import { useScope } from "@/state/scope";
import { AnnotateStrip } from "./AnnotateStrip";
import { rowId } from "./DataRow";
import { DataTable } from "./DataTable";
import { EndOfList, NewPill, NoRows } from "./notes";
import { Peek } from "./Peek";
import { hrefOf, isSpan, type Row } from "./rows";
import { SelectionBar } from "./SelectionBar";
import { nextSort, type TracesSearch } from "./search";
import styles from "./Traces.module.css";
import { useActiveRow } from "./useActiveRow";
import type { Columns } from "./useColumns";
import { targetOf, useRowNow } from "./useRowNow";
import { useRows } from "./useRows";
import { useSelection } from "./useSelection";
import { useTableKeys } from "./useTableKeys";
import { ValueMenu, type ValueMenuState } from "./ValueMenu";
import { valuesOf } from "./values";

interface TraceTableProps {
  of: Of;
  order: string;
  columns: Columns;
  filter: FilterHandle;
  cards: boolean;
  /** The name rows are scored under; missing while they are not. */
  annotate: string | undefined;
  setSearch: (change: Partial<Record<keyof TracesSearch, string | undefined>>) => void;
  onFacets: () => void;
  onAnnotate: () => void;
  onStatus: (status: LiveStatus | null) => void;
}

/** The list with all that can be done in it. */
export function TraceTable(props: TraceTableProps) {
  const { of, order, columns, filter, cards, annotate, setSearch } = props;
  const { scope, params, live, setScope } = useScope();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const hold = useCallback(() => (scroller.current?.scrollTop ?? 0) > 4, []);
  const { rows, changed, fresh, held, showHeld, status, pages } = useRows({
    of,
    params,
    order,
    live,
    hold,
  });
  const active = useActiveRow(rows);
  const selection = useSelection(rows);
  const scoring = useScoring(annotate ?? "");
  const rowNow = useRowNow(changed, scoring.given, annotate ?? "");
  const [peeking, setPeeking] = useState(false);
  const [menu, setMenu] = useState<ValueMenuState | null>(null);
  const { onStatus } = props;
  useEffect(() => onStatus(status), [status, onStatus]);

  const question = JSON.stringify([of, params, order]);
  const { clear } = selection;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question is another list, read from its top.
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    clear();
  }, [question]);

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
  const score = (row: Row, value: number) => {
    if (!annotate) return;
    void scoring.give(
      targetOf(row),
      { value, word: null, comment: null },
      judgementOf(rowNow(row).scores[annotate]),
    );
    active.move(1);
  };
  useTableKeys({
    active: active.row,
    move,
    open,
    openInTab,
    peek: () => setPeeking(!peeking),
    choose: selection.choose,
    values: (row) => {
      const anchor = document.getElementById(rowId(row))?.getBoundingClientRect();
      if (anchor)
        setMenu({
          anchor: new DOMRect(anchor.left + 60, anchor.top, 0, anchor.height),
          values: valuesOf(row),
        });
    },
    clear: () => {
      if (selection.keys.size > 0) selection.clear();
      else setPeeking(false);
    },
    toggleFacets: props.onFacets,
    toggleLive: () => setScope(live ? { live: undefined } : { live: "1", end: undefined }, { replace: true }),
    toggleAnnotate: props.onAnnotate,
    annotating: annotate !== undefined,
    score,
    undo: () => void scoring.undo(),
  });

  const keys = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 320) / 32) - 2);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[event.key];
    if (step) move(step, event.shiftKey);
    else if (event.key === "Home") active.to(0);
    else if (event.key === "End") active.to(rows.length - 1);
    else if (event.key === "Enter" && active.row) open(active.row);
    else if (event.key === " ") setPeeking(!peeking);
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent<HTMLElement>, index: number) => {
    const row = rows[index];
    const target = event.target as Element;
    if (!row) return;
    if (target.closest("a")) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      return open(row);
    }
    const value = target.closest<HTMLElement>("[data-field]");
    active.set(row);
    if (target.closest("[data-select]")) selection.choose(row, event.shiftKey);
    else if (value?.dataset.field && value.dataset.value !== undefined) {
      const { field, value: text } = value.dataset;
      setMenu({ anchor: value.getBoundingClientRect(), values: [{ field, value: text }] });
    } else if (event.metaKey || event.ctrlKey) openInTab(row);
    else if (!peeking && !window.getSelection()?.toString()) open(row);
  };

  if (pages.isError && rows.length === 0) {
    return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  return (
    <div className={styles.split}>
      <div className={styles.listing} data-stale={pages.isPlaceholderData || undefined}>
        {annotate !== undefined && (
          <AnnotateStrip
            key={annotate}
            name={annotate}
            given={scoring.given.size}
            onName={(name) => setSearch({ annotate: name })}
            onClose={props.onAnnotate}
          />
        )}
        {pages.isPending ? (
          <TableSkeleton rows={20} columns={7} />
        ) : (
          <DataTable
            label={of === "traces" ? "Traces" : "Spans"}
            rows={rows}
            rowNow={rowNow}
            fresh={fresh}
            columns={columns}
            order={order}
            onSort={(column) => setSearch({ sort: nextSort(order, column) })}
            cards={cards}
            active={active.key}
            selected={selection.keys}
            onSelectAll={selection.all}
            hasMore={pages.hasNextPage}
            onMore={() => {
              if (!pages.isFetching) void pages.fetchNextPage();
            }}
            scroller={scroller}
            onKeyDown={keys}
            onRowClick={click}
            empty={<NoRows what={of} scope={scope} onClear={setScope} />}
            foot={<EndOfList rows={rows.length} loading={pages.isFetchingNextPage} what={of} />}
          />
        )}
        <NewPill
          held={held}
          onShow={() => {
            showHeld();
            scroller.current?.scrollTo({ top: 0 });
          }}
        />
        {selection.keys.size > 0 && (
          <SelectionBar traceIds={selection.traceIds} rows={selection.keys.size} onClear={selection.clear} />
        )}
      </div>
      {peeking && active.row && !cards && <Peek row={rowNow(active.row)} onClose={() => setPeeking(false)} />}
      {menu && <ValueMenu {...menu} filter={filter} onClose={() => setMenu(null)} />}
    </div>
  );
}
