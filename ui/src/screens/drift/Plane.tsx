import { type KeyboardEvent, memo, type PointerEvent, useRef, useState } from "react";
import styles from "./Drift.module.css";
import { MARGIN, nearestPoint, neighbour, type PlanePoint, within } from "./plane";

interface PlaneProps {
  points: readonly PlanePoint[];
  chosen: readonly PlanePoint[];
  onChoose: (points: readonly PlanePoint[]) => void;
}

interface Place {
  x: number;
  y: number;
}

const REACH = 0.06;
const SMALLEST_DRAG = 0.02;
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };

/** Points to be chosen: a drag takes those in a rectangle, a click or Enter the one under it, arrows walk through them. */
export function Plane({ points, chosen, onChoose }: PlaneProps) {
  const [at, setAt] = useState<PlanePoint | null>(null);
  const [box, setBox] = useState<{ from: Place; to: Place } | null>(null);
  const pressed = useRef<Place | null>(null);
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pressed.current = placeOf(event);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const place = placeOf(event);
    setAt(nearestPoint(points, place, REACH));
    if (pressed.current) setBox({ from: pressed.current, to: place });
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    const [from, to] = [pressed.current, placeOf(event)];
    pressed.current = null;
    setBox(null);
    if (from && Math.hypot(to.x - from.x, to.y - from.y) > SMALLEST_DRAG) {
      onChoose(within(points, from, to));
    } else {
      const one = nearestPoint(points, to, REACH);
      onChoose(one ? [one] : []);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step) setAt(neighbour(points, at, step));
    else if (event.key === "Enter" && at) onChoose([at]);
    else if (event.key === "Escape" && chosen.length > 0) onChoose([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className={styles.plane}
      role="slider"
      tabIndex={0}
      aria-label="Embeddings"
      aria-valuemin={0}
      aria-valuemax={points.length}
      aria-valuenow={at ? at.id : 0}
      aria-valuetext={at ? wordsOf(at) : "Arrow keys go through the current sample, Enter chooses a point"}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerLeave={() => setAt(null)}
      onKeyDown={onKeyDown}
    >
      <svg viewBox={`${-MARGIN} ${-MARGIN} ${2 * MARGIN} ${2 * MARGIN}`} aria-hidden="true">
        <g transform="scale(1 -1)">
          <Points points={points} />
          {chosen.map((point) => (
            <circle key={point.id} cx={point.x} cy={point.y} r={0.018} className={styles.chosenPoint} />
          ))}
          {at && <circle cx={at.x} cy={at.y} r={0.026} className={styles.pointHere} />}
          {box && (
            <rect
              x={Math.min(box.from.x, box.to.x)}
              y={Math.min(box.from.y, box.to.y)}
              width={Math.abs(box.to.x - box.from.x)}
              height={Math.abs(box.to.y - box.from.y)}
              className={styles.box}
            />
          )}
        </g>
      </svg>
    </div>
  );
}

/** All points; they stay while the pointer moves over them. */
const Points = memo(function Points({ points }: { points: readonly PlanePoint[] }) {
  return points.map((point) => (
    <circle
      key={point.id}
      cx={point.x}
      cy={point.y}
      r={0.013}
      className={point.isCurrent ? styles.currentPoint : styles.referencePoint}
    />
  ));
});

const wordsOf = ({ isCurrent, traceId }: PlanePoint) =>
  `${isCurrent ? "current" : "reference"}, ${traceId ? `trace ${traceId.slice(0, 12)}` : "trace not known"}`;

function placeOf(event: PointerEvent<HTMLElement>): Place {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  return {
    x: (((event.clientX - left) / width) * 2 - 1) * MARGIN,
    y: (1 - ((event.clientY - top) / height) * 2) * MARGIN,
  };
}
