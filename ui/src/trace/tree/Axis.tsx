import { memo } from "react";
import { axisLabel, type Range } from "../model/zoom";
import styles from "./tree.module.css";
import { useRangeDrag } from "./useRangeDrag";

interface AxisProps {
  range: Range;
  whole: Range;
  times: readonly number[];
  step: number;
  width: number;
  onRange: (range: Range | null) => void;
}

/** The time axis over the bars. Drag over it to zoom in, double-click to see the whole trace. */
export const Axis = memo(function Axis({ range, whole, times, step, width, onRange }: AxisProps) {
  const drag = useRangeDrag(width, range, whole, onRange);
  const x = (time: number) => ((time - range.from) / (range.to - range.from)) * width;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys + - 0 [ ] do the same.
    <div
      className={styles.axis}
      style={{ width }}
      {...drag.handlers}
      onDoubleClick={() => onRange(null)}
      title="Drag to zoom in; double-click for the whole trace"
    >
      {times.map((time) => (
        <span key={time} className={styles.tick} style={{ left: x(time) }} hidden={x(time) > width - 36}>
          {axisLabel(time, step)}
        </span>
      ))}
      {drag.range && (
        <div
          className={styles.lens}
          style={{ left: x(drag.range.from), width: x(drag.range.to) - x(drag.range.from) }}
        />
      )}
    </div>
  );
});
