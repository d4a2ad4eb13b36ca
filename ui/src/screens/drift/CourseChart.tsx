import { type KeyboardEvent, type PointerEvent, useMemo, useState } from "react";
import type { DriftPoint, DriftSeries } from "@/api/drift";
import { axisLabels } from "@/charts/axis";
import frame from "@/charts/ChartCard.module.css";
import { ChartFrame } from "@/charts/ChartFrame";
import { classes } from "@/design";
import { count, time } from "@/format";
import { usePreferences } from "@/state/preferences";
import plot from "../costs/Plot.module.css";
import { Readout } from "../costs/Readout";
import { type Course, courseOf, nearest } from "./course";
import styles from "./Drift.module.css";
import { Shapes } from "./Shapes";
import { COLORS, effect, named, pValue, STANDINGS } from "./words";

interface CourseChartProps {
  title: string;
  series: DriftSeries;
  /** The run that is looked at. */
  run: string | undefined;
  onRun: (run: string) => void;
}

const LABELS = [0.02, 0.26, 0.5, 0.74, 0.98];

/** The effect from run to run, its bounds, and the line from which it matters. A click looks at a run. */
export function CourseChart({ title, series, run, onRun }: CourseChartProps) {
  const { points } = series;
  const { zone } = usePreferences();
  const course = useMemo(() => courseOf(points), [points]);
  const [index, setIndex] = useState<number | null>(null);
  const chosen = points.findIndex(({ run_id }) => run_id === run);
  const read = index === null ? undefined : points[index];
  const choose = () => read && onRun(read.run_id);
  const under = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setIndex(nearest(course.spots, (event.clientX - left) / width));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = target(event.key, index ?? (chosen < 0 ? null : chosen), points.length);
    if (next !== null) setIndex(next);
    else if (event.key === "Enter" && read) choose();
    else if (event.key === "Escape" && read) setIndex(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const height = (value: number) => `${(value / course.top) * 100}%`;
  const spot = index === null ? undefined : course.spots[index];
  return (
    <ChartFrame title={title} legend={<Legend />} note={noteOf(series)}>
      <div className={classes(plot.plot, styles.course)}>
        <div className={plot.amounts} aria-hidden="true">
          {course.ticks.map((tick) => (
            <span key={tick} style={{ bottom: height(tick) }}>
              {effect(tick)}
            </span>
          ))}
        </div>
        <div
          className={plot.area}
          role="slider"
          tabIndex={0}
          aria-label={`${title} from run to run`}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, points.length - 1)}
          aria-valuenow={index ?? Math.max(0, chosen)}
          aria-valuetext={
            read
              ? `${time(read.timestamp, zone)}: ${read.status}, effect ${effect(read.effect_size)}`
              : "Arrow keys read it out, Enter looks at a run"
          }
          onKeyDown={onKeyDown}
          onPointerMove={under}
          onPointerDown={under}
          onPointerLeave={(event) => event.pointerType !== "touch" && setIndex(null)}
          onBlur={() => setIndex(null)}
          onClick={choose}
        >
          {course.ticks.map((tick) => (
            <i key={tick} className={plot.line} style={{ bottom: height(tick) }} />
          ))}
          <Marks course={course} chosen={chosen} index={index} />
          {read && spot && (
            <Readout
              when={time(read.timestamp, zone)}
              entries={entriesOf(read, series.effect_name)}
              side={spot.x < 0.5 ? { left: `${spot.x * 100}%` } : { right: `${(1 - spot.x) * 100}%` }}
            />
          )}
          <Shapes points={points} course={course} />
        </div>
        <Times course={course} zone={zone} />
      </div>
    </ChartFrame>
  );
}

function Marks({ course, chosen, index }: { course: Course; chosen: number; index: number | null }) {
  const place = (at: number) => ({ left: `${(course.spots[at]?.x ?? 0) * 100}%` });
  return (
    <>
      {course.threshold !== null && (
        <i className={styles.threshold} style={{ bottom: `${course.threshold * 100}%` }}>
          <span>matters</span>
        </i>
      )}
      {chosen >= 0 && <i className={styles.chosen} style={place(chosen)} />}
      {index !== null && <i className={styles.here} style={place(index)} />}
    </>
  );
}

function Legend() {
  return (
    <ul className={frame.legend}>
      {STANDINGS.map((standing) => (
        <li key={standing}>
          <span className={classes(frame.dot, styles.dot)} style={{ background: COLORS[standing] }} />
          {standing}
        </li>
      ))}
    </ul>
  );
}

function Times({ course: { spots }, zone }: { course: Course; zone: string }) {
  const [first, last] = [spots[0]?.at, spots.at(-1)?.at];
  if (first === undefined || last === undefined) return null;
  const places = last > first ? LABELS : [0.5];
  const instants = places.map((x) => (first + ((x - 0.02) / 0.96) * (last - first)) / 1000);
  const texts = axisLabels(instants, last > first ? (last - first) / 4000 : 60, zone);
  return (
    <div className={plot.times} aria-hidden="true">
      {places.map((x, at) => (
        <span key={x} className={classes(at % 2 === 1 && plot.extra)} style={{ left: `${x * 100}%` }}>
          {texts[at]}
        </span>
      ))}
    </div>
  );
}

function entriesOf(point: DriftPoint, effectName: string | null) {
  const quiet = { color: "transparent" };
  return [
    { label: point.status, color: COLORS[point.status], value: "" },
    { label: named(effectName), ...quiet, value: effect(point.effect_size) },
    {
      label: "95 %",
      ...quiet,
      value: `${effect(point.effect_low)} to ${effect(point.effect_high)}`,
      quiet: point.effect_low === null,
    },
    { label: "adjusted p", ...quiet, value: pValue(point.p_adjusted), quiet: point.p_adjusted === null },
    { label: "rows", ...quiet, value: count(point.n_current), quiet: point.n_current === null },
  ];
}

function noteOf({ effect_name, points, total }: DriftSeries): string {
  const cut = total > points.length ? `, the latest ${count(points.length)} of ${count(total)} runs` : "";
  return `${named(effect_name)}${cut}`;
}

function target(key: string, at: number | null, length: number): number | null {
  if (length === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[key];
  if (!step) return null;
  return at === null ? length - 1 : Math.min(length - 1, Math.max(0, at + step));
}
