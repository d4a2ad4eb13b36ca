import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { EmptyState, SplitPane } from "@/design";
import { marksOf } from "./marks";
import { positionOf } from "./model/tree";
import { placeOf } from "./place";
import { SpanPanel } from "./span/SpanPanel";
import styles from "./trace.module.css";
import { TraceTree } from "./tree/TraceTree";
import type { TraceView } from "./tree/useTraceView";
import type { Span } from "./types";
import { useNarrow } from "./useNarrow";

interface TraceBrowserProps {
  view: TraceView;
  /** The chosen span, once it is there. */
  span: Span | undefined;
  /** What stands in the panel while it is not. */
  waiting: ReactNode;
  /** Spans whose events and first chunks are to be marked on their bars. */
  marked: readonly Span[];
}

/** Tree and timeline beside the chosen span; on a narrow window the span lies over them. */
export function TraceBrowser({ view, span, waiting, marked }: TraceBrowserProps) {
  const narrow = useNarrow();
  const panel = useRef<HTMLDivElement>(null);
  // An address that names a span is about that span.
  const [open, setOpen] = useState(() => narrow && view.selected >= 0);
  const { tree } = view;
  const marks = useMemo(() => marksOf(tree, marked), [tree, marked]);
  const place = useMemo(() => (span ? placeOf(view, span.span_id) : null), [view, span]);
  const focusPanel = useCallback(() => {
    setOpen(true);
    requestAnimationFrame(() => panel.current?.focus());
  }, []);
  const shown = narrow ? { ...view, select: selecting(view, () => setOpen(true)) } : view;
  const rows = <TraceTree view={shown} marks={marks} onFocusPanel={focusPanel} />;
  const about = span ? (
    <SpanPanel
      span={span}
      place={place}
      panelRef={panel}
      onSelect={(spanId) => view.select(positionOf(tree, spanId))}
      onClose={narrow ? () => setOpen(false) : undefined}
    />
  ) : (
    waiting
  );
  if (!narrow) {
    const nothing = <EmptyState title="No span chosen">Choose one in the tree.</EmptyState>;
    return (
      <SplitPane
        name="trace"
        label="Width of the tree and timeline"
        initial={0.58}
        first={rows}
        second={view.selected < 0 ? nothing : about}
      />
    );
  }
  return (
    <div className={styles.narrow}>
      {rows}
      {open && view.selected >= 0 && (
        <div
          role="dialog"
          aria-label="The chosen span"
          className={styles.sheet}
          onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
        >
          {about}
        </div>
      )}
    </div>
  );
}

const selecting = (view: TraceView, then: () => void) => (span: number) => {
  view.select(span);
  then();
};
