import type { KeyboardEvent, PointerEvent } from "react";
import styles from "./tree.module.css";

interface TreeColumnHandleProps {
  /** The tree's share of the width, 0 to 1. */
  share: number;
  onShare: (share: number) => void;
}

const LEAST = 0.2;
const MOST = 0.8;
const STEP = 0.03;

/** The bar between tree and timeline: drag it, or move it with the arrow keys. */
export function TreeColumnHandle({ share, onShare }: TreeColumnHandleProps) {
  const set = (next: number) => onShare(Math.min(MOST, Math.max(LEAST, next)));
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const head = event.currentTarget.parentElement?.parentElement?.getBoundingClientRect();
    if (head) set((event.clientX - head.left) / head.width);
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(share + step);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator with a value is the widget for this; <hr> has no keys.
    <div
      role="separator"
      tabIndex={0}
      aria-label="Width of the tree"
      aria-orientation="vertical"
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={LEAST * 100}
      aria-valuemax={MOST * 100}
      className={styles.handle}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={keys}
    />
  );
}
