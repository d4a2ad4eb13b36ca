import { memo, type PointerEvent, useMemo, useRef, useState } from "react";
import { type Overview, overview } from "../model/minimap";
import type { Tree } from "../model/tree";
import { between, isWhole, type Range } from "../model/zoom";
import type { Palette } from "./palette";
import styles from "./tree.module.css";
import { useCanvas } from "./useCanvas";

const HEIGHT = 44;
const ROOM = HEIGHT - 8;
const THINNEST = 3;
const THICKEST = 7;

interface MinimapProps {
  tree: Tree;
  width: number;
  range: Range;
  whole: Range;
  palette: Palette;
  onRange: (range: Range | null) => void;
}

/** The whole trace in little; drag over a part to see only that, double-click to see all again. */
export const Minimap = memo(function Minimap({ tree, width, range, whole, palette, onRange }: MinimapProps) {
  const columns = Math.max(1, Math.floor((width * tree.extent) / whole.to));
  const line = Math.min(THICKEST, Math.max(THINNEST, Math.floor(ROOM / (tree.maxDepth + 1))));
  const picture = useMemo(() => overview(tree, columns, Math.floor(ROOM / line)), [tree, columns, line]);
  const canvas = useCanvas(width, HEIGHT, (pen) => paint(pen, picture, palette, line));
  const drag = useRangeDrag(width, whole, whole, onRange);
  const shown = drag.range ?? (isWhole(range, whole) ? null : range);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys + - 0 [ ] do the same.
    <div
      className={styles.minimap}
      style={{ height: HEIGHT }}
      {...drag.handlers}
      onDoubleClick={() => onRange(null)}
    >
      <canvas ref={canvas} aria-hidden style={{ width, height: HEIGHT }} />
      {shown && <Shade range={shown} whole={whole} />}
    </div>
  );
});

function Shade({ range, whole }: { range: Range; whole: Range }) {
  const percent = (time: number) => `${(time / whole.to) * 100}%`;
  return (
    <>
      <div className={styles.shade} style={{ left: 0, width: percent(range.from) }} />
      <div className={styles.shade} style={{ left: percent(range.to), right: 0 }} />
      <div
        className={styles.lens}
        style={{ left: percent(range.from), width: percent(range.to - range.from) }}
      />
    </>
  );
}

function paint(pen: CanvasRenderingContext2D, picture: Overview, palette: Palette, thick: number): void {
  const { width, height, kind, error } = picture;
  pen.clearRect(0, 0, pen.canvas.width, HEIGHT);
  pen.globalAlpha = 0.8;
  for (let line = 0; line < height; line++) {
    const y = line * thick + 3;
    eachRun(kind.subarray(line * width, (line + 1) * width), (value, from, to) => {
      pen.fillStyle = palette.kinds[value - 2] ?? palette.noKind;
      pen.fillRect(from, y, to - from, thick - 1);
    });
  }
  pen.globalAlpha = 1;
  pen.fillStyle = palette.bad;
  for (let x = 0; x < width; x++) if (error[x]) pen.fillRect(x, HEIGHT - 4, 2, 4);
}

/** Call `visit` with each run of one value that is not 0. */
function eachRun(line: Int16Array, visit: (value: number, from: number, to: number) => void): void {
  for (let x = 0; x < line.length; ) {
    const value = line[x] as number;
    let end = x + 1;
    while (end < line.length && line[end] === value) end++;
    if (value > 0) visit(value, x, end);
    x = end;
  }
}

/** Drag a stretch of time: `range` is what is being dragged, `onRange` gets it at the end. */
export function useRangeDrag(width: number, range: Range, whole: Range, onRange: (range: Range) => void) {
  const began = useRef<number | null>(null);
  const [dragged, setDragged] = useState<Range | null>(null);
  const timeAt = (event: PointerEvent<HTMLElement>) => {
    const share = (event.clientX - event.currentTarget.getBoundingClientRect().left) / Math.max(1, width);
    return range.from + Math.min(1, Math.max(0, share)) * (range.to - range.from);
  };
  const end = (event: PointerEvent<HTMLElement>) => {
    const wide = dragged && dragged.to - dragged.from > ((range.to - range.from) / Math.max(1, width)) * 4;
    if (wide && event.type === "pointerup") onRange(dragged);
    began.current = null;
    setDragged(null);
  };
  return {
    range: dragged,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        began.current = timeAt(event);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (began.current !== null) setDragged(between(began.current, timeAt(event), whole));
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}
