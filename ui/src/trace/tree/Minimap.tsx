import { type KeyboardEvent, memo, useMemo } from "react";
import { durationNs } from "@/format";
import { overview } from "../model/minimap";
import type { Tree } from "../model/tree";
import { isWhole, panBy, type Range, zoomAt } from "../model/zoom";
import { paintOverview } from "./paintOverview";
import type { Palette } from "./palette";
import styles from "./tree.module.css";
import { useCanvas } from "./useCanvas";
import { useRangeDrag } from "./useRangeDrag";

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
  const canvas = useCanvas(width, HEIGHT, (pen) =>
    paintOverview(pen, picture, { palette, thick: line, bottom: HEIGHT }),
  );
  const drag = useRangeDrag(width, whole, whole, onRange);
  const shown = drag.range ?? (isWhole(range, whole) ? null : range);
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Map of the whole trace"
      aria-valuemin={0}
      aria-valuemax={Math.round(whole.to)}
      aria-valuenow={Math.round(range.from)}
      aria-valuetext={`${durationNs(range.from)} to ${durationNs(range.to)}`}
      className={styles.minimap}
      style={{ height: HEIGHT }}
      onKeyDown={(event) => onKey(event, range, whole, onRange)}
      {...drag.handlers}
      onDoubleClick={() => onRange(null)}
    >
      <canvas ref={canvas} aria-hidden style={{ width, height: HEIGHT }} />
      {shown && <Shade range={shown} whole={whole} />}
    </div>
  );
});

function onKey(event: KeyboardEvent, range: Range, whole: Range, onRange: MinimapProps["onRange"]): void {
  const next = moved(event.key, range, whole);
  if (next === undefined) return;
  event.preventDefault();
  onRange(next);
}

/** Where a key moves the range: arrows pan and zoom, Home shows everything; undefined for other keys. */
function moved(key: string, range: Range, whole: Range): Range | null | undefined {
  const middle = (range.from + range.to) / 2;
  switch (key) {
    case "ArrowLeft":
      return panBy(range, -0.1, whole);
    case "ArrowRight":
      return panBy(range, 0.1, whole);
    case "ArrowUp":
      return zoomAt(range, 0.8, middle, whole);
    case "ArrowDown":
      return zoomAt(range, 1.25, middle, whole);
    case "Home":
      return null;
    default:
      return undefined;
  }
}

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
