import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import styles from "./SplitPane.module.css";

interface SplitPaneProps {
  /** Where the size is remembered. */
  name: string;
  label: string;
  first: ReactNode;
  second: ReactNode;
  /** The share of the first pane, from 0 to 1. */
  initial?: number;
  min?: number;
  max?: number;
}

/** Two panes side by side with a bar to drag (or arrow keys). On small screens the second is under the first. */
export function SplitPane({
  name,
  label,
  first,
  second,
  initial = 0.55,
  min = 0.2,
  max = 0.8,
}: SplitPaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => Number(localStorage.getItem(`pyflare.split.${name}`)) || initial);
  const set = (next: number) => {
    const kept = Math.min(max, Math.max(min, next));
    setShare(kept);
    localStorage.setItem(`pyflare.split.${name}`, String(kept));
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
    const bounds = box.current.getBoundingClientRect();
    set((event.clientX - bounds.left) / bounds.width);
  };
  const keys = (event: KeyboardEvent) => {
    const next = { ArrowLeft: share - 0.02, ArrowRight: share + 0.02, Home: min, End: max }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    set(next);
  };
  return (
    <div ref={box} className={styles.split} style={{ "--share": `${share * 100}%` } as React.CSSProperties}>
      <div className={styles.first}>{first}</div>
      {/* biome-ignore lint/a11y/useSemanticElements: a separator with a value is the widget for this; <hr> has no keys. */}
      <div
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation="vertical"
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={min * 100}
        aria-valuemax={max * 100}
        className={styles.bar}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onDoubleClick={() => set(initial)}
        onKeyDown={keys}
      />
      <div className={styles.second}>{second}</div>
    </div>
  );
}
