import { type RefObject, useCallback, useEffect } from "react";
import type { Of } from "@/api/filters";
import { ErrorState, TableSkeleton } from "@/design";
import type { FilterHandle } from "@/filter/useFilter";
import type { LiveStatus } from "@/live/connection";
import { useScoring } from "@/scoring/useScoring";
import { useScope } from "@/state/scope";
import { AnnotateStrip } from "./AnnotateStrip";
import { DataTable } from "./DataTable";
import { EndOfList, NewPill, NoRows } from "./notes";
import { Peek } from "./Peek";
import { SelectionBar } from "./SelectionBar";
import { nextSort, type TracesSearch } from "./search";
import styles from "./Traces.module.css";
import { useActiveRow } from "./useActiveRow";
import type { Columns } from "./useColumns";
import { useRowNow } from "./useRowNow";
import { useRows } from "./useRows";
import { useSelection } from "./useSelection";
import { useTableActions } from "./useTableActions";
import { ValueMenu } from "./ValueMenu";

interface TraceTableProps {
  of: Of;
  order: string;
  columns: Columns;
  filter: FilterHandle;
  cards: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  /** The name rows are scored under; missing while they are not. */
  annotate: string | undefined;
  setSearch: (change: Partial<Record<keyof TracesSearch, string | undefined>>) => void;
  onFacets: () => void;
  onAnnotate: () => void;
  onStatus: (status: LiveStatus | null) => void;
}

/** The list with all that can be done in it. */
export function TraceTable(props: TraceTableProps) {
  const { of, order, columns, filter, cards, annotate, scroller, setSearch } = props;
  const { scope, params, live, setScope } = useScope();
  const hold = useCallback(() => (scroller.current?.scrollTop ?? 0) > 4, [scroller]);
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
  const { onStatus } = props;
  useEffect(() => onStatus(status), [status, onStatus]);

  const question = JSON.stringify([of, params, order]);
  const { clear } = selection;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question is another list, read from its top.
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    clear();
  }, [question]);

  const ready = !pages.isPending;
  // Arrow keys work at once, unless the reader is somewhere else already.
  useEffect(() => {
    if (ready && document.activeElement === document.body) scroller.current?.focus({ preventScroll: true });
  }, [ready, scroller]);
  const actions = useTableActions({
    rows,
    rowNow,
    active,
    selection,
    scroller,
    annotate,
    scoring,
    onFacets: props.onFacets,
    onAnnotate: props.onAnnotate,
  });

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
            onKeyDown={actions.onKeyDown}
            onRowClick={actions.onRowClick}
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
      {actions.peeking && active.row && !cards && (
        <Peek row={rowNow(active.row)} onClose={() => actions.setPeeking(false)} />
      )}
      {actions.menu && <ValueMenu {...actions.menu} filter={filter} onClose={() => actions.setMenu(null)} />}
    </div>
  );
}
