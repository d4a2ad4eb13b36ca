import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useRef } from "react";
import type { AlignedSpan } from "@/api/comparison";
import { PairRow } from "./PairRow";
import styles from "./PairTree.module.css";
import { pairKey } from "./pairs";

interface PairTreeProps {
  spans: readonly AlignedSpan[];
  chosen: string | undefined;
  longestNs: number;
  treeRef: RefObject<HTMLDivElement | null>;
  onChoose: (span: AlignedSpan) => void;
}

const ROW_PX = 34;

/** The spans of both traces in one tree. */
export function PairTree({ spans, chosen, longestNs, treeRef, onChoose }: PairTreeProps) {
  const first = useRef(true);
  const rows = useVirtualizer({
    count: spans.length,
    getScrollElement: () => treeRef.current,
    estimateSize: () => ROW_PX,
    overscan: 16,
  });
  const at = spans.findIndex((span) => pairKey(span) === chosen);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: first.current ? "center" : "auto" });
    first.current = false;
  }, [at, rows]);
  return (
    <div
      ref={treeRef}
      role="tree"
      aria-label="Spans of both traces"
      aria-activedescendant={at >= 0 ? `pair-${at}` : undefined}
      tabIndex={0}
      className={styles.tree}
      onKeyDown={(event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const next = step && spans[Math.max(0, Math.min(spans.length - 1, at + step))];
        if (!next) return;
        event.preventDefault();
        onChoose(next);
      }}
    >
      <div role="presentation" style={{ height: rows.getTotalSize() }} />
      {rows.getVirtualItems().map((item) => {
        const span = spans[item.index];
        return span ? (
          <PairRow
            key={pairKey(span)}
            id={`pair-${item.index}`}
            span={span}
            top={item.start}
            chosen={item.index === at}
            longestNs={longestNs}
            onChoose={onChoose}
          />
        ) : null;
      })}
    </div>
  );
}
