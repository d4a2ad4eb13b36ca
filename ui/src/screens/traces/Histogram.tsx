import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { HistogramResponse } from "@/api/types";
import { count, time, timeRange, toMillis } from "@/format";
import { usePreferences } from "@/state/preferences";
import type { Range } from "@/state/range";
import { bucketAt, type Grid, rangeOfBuckets } from "./brush";
import styles from "./Histogram.module.css";

interface HistogramProps {
  data: HistogramResponse;
  onRange: (range: Range) => void;
}

/** How many rows began when, by status. Drag, or arrow keys with Shift and then Enter, choose a range of time. */
export function Histogram({ data, onRange }: HistogramProps) {
  const { zone } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const buckets = data.buckets.length;
  const first = data.buckets[0];
  if (!first) return null;
  const grid: Grid = { start: toMillis(first), step: data.bucket_s * 1000, count: buckets };
  const most = Math.max(1, ...data.ok.map((ok, i) => ok + (data.error[i] ?? 0) + (data.running[i] ?? 0)));
  const under = (event: PointerEvent) => {
    const bounds = box.current?.getBoundingClientRect();
    return bounds ? bucketAt((event.clientX - bounds.left) / bounds.width, buckets) : 0;
  };
  const choose = (a: number, b: number) => {
    setFrom(null);
    onRange(rangeOfBuckets(grid, a, b));
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const now = at ?? (step > 0 ? -1 : buckets);
      setFrom(event.shiftKey ? (from ?? at ?? 0) : null);
      setAt(Math.min(buckets - 1, Math.max(0, now + step)));
    } else if (event.key === "Enter" && at !== null) choose(from ?? at, at);
    else if (event.key === "Escape") setFrom(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const [low, high] = at === null ? [0, -1] : [Math.min(from ?? at, at), Math.max(from ?? at, at)];
  const chosen = at === null ? null : rangeOfBuckets(grid, low, high);
  const sum = (values: readonly number[]) => values.slice(low, high + 1).reduce((a, b) => a + b, 0);
  return (
    <div className={styles.root}>
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Count over time; drag to choose a range"
        aria-valuemin={0}
        aria-valuemax={buckets - 1}
        aria-valuenow={at ?? 0}
        aria-valuetext={
          chosen ? `${timeRange(chosen.start, chosen.end, zone)}: ${sum(data.ok) + sum(data.error)}` : "none"
        }
        className={styles.chart}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(under(event));
        }}
        onPointerMove={(event) => setAt(under(event))}
        onPointerUp={(event) => from !== null && choose(from, under(event))}
        onPointerLeave={() => from === null && setAt(null)}
        onBlur={() => setAt(null)}
        onKeyDown={keys}
      >
        <svg viewBox={`0 0 ${buckets} 1`} preserveAspectRatio="none" aria-hidden="true">
          {data.buckets.map((bucket, index) => (
            <Bar
              key={bucket}
              x={index}
              scale={1 / most}
              ok={data.ok[index] ?? 0}
              error={data.error[index] ?? 0}
              running={data.running[index] ?? 0}
            />
          ))}
        </svg>
        {at !== null && (
          <span
            className={styles.brush}
            data-dragging={from !== null || undefined}
            style={{ left: `${(low / buckets) * 100}%`, width: `${((high - low + 1) / buckets) * 100}%` }}
          />
        )}
      </div>
      <div className={styles.axis} aria-hidden>
        <span>{time(grid.start, zone)}</span>
        {chosen ? (
          <span className={styles.words}>
            {timeRange(chosen.start, chosen.end, zone)} <b>{count(sum(data.ok) + sum(data.running))}</b> ok
            {sum(data.error) > 0 && <b className={styles.bad}>{count(sum(data.error))} failed</b>}
          </span>
        ) : null}
        <span>{time(grid.start + grid.step * buckets, zone)}</span>
      </div>
    </div>
  );
}

interface BarProps {
  x: number;
  scale: number;
  ok: number;
  error: number;
  running: number;
}

const LEAST = 0.04;

/** One bucket: errors at the bottom, where even one is seen. */
function Bar({ x, scale, ok, error, running }: BarProps) {
  const height = (value: number) => (value > 0 ? Math.max(LEAST, value * scale) : 0);
  const parts = [
    { look: styles.error, size: height(error) },
    { look: styles.running, size: height(running) },
    { look: styles.ok, size: height(ok) },
  ];
  let top = 1;
  return parts.map(({ look, size }) => {
    top -= size;
    return size > 0 && <rect key={look} className={look} x={x + 0.08} width={0.84} y={top} height={size} />;
  });
}
