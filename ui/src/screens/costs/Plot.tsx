import { type ReactNode, useState } from "react";
import { axisLabels } from "@/charts/axis";
import frame from "@/charts/ChartCard.module.css";
import { ChartFrame } from "@/charts/ChartFrame";
import { classes } from "@/design";
import { cost, time } from "@/format";
import type { Range } from "@/state/range";
import styles from "./Plot.module.css";
import { type Legend, Readout } from "./Readout";
import { labelled, ticksTo } from "./ticks";
import { usePlotSpan } from "./usePlotSpan";

export const DAY_MS = 86_400_000;
const MOST_LABELS = 8;

interface PlotProps {
  title: string;
  /** Where each period begins, in milliseconds. */
  times: readonly number[];
  stepMs: number;
  /** The zone of the periods: days are those of UTC. */
  zone: string;
  /** The highest amount that is drawn, in dollars. */
  high: number;
  legend: (index: number | null) => Legend[];
  note?: ReactNode;
  /** Called with the periods that were dragged over, or chosen by keys. */
  onRange?: (range: Range) => void;
  onReset?: () => void;
  /** Shapes in a box as wide as there are periods and as high as 1, upside down: 0 is the floor. */
  children: (top: number) => ReactNode;
}

/** A chart of amounts over periods: axes, a legend that reads out what is under the pointer, and its keys. */
export function Plot({ title, times, stepMs, zone, high, legend, note, children, ...does }: PlotProps) {
  const [index, setIndex] = useState<number | null>(null);
  const { chosen, handlers } = usePlotSpan({ times, stepMs, index, setIndex, ...does });
  const ticks = ticksTo(high);
  const top = ticks.at(-1) ?? 1;
  const entries = legend(index);
  const at = index === null ? undefined : times[index];
  const when = at === undefined ? undefined : whenWords(at, stepMs, zone);
  const marked = chosen ?? (index === null ? null : { from: index, to: index });
  const place = (position: number) => `${(position / times.length) * 100}%`;
  return (
    <ChartFrame title={title} legend={<LegendList entries={entries} />} note={note}>
      <div className={styles.plot}>
        <div className={styles.amounts} aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} style={{ bottom: `${(tick / top) * 100}%` }}>
              {cost(tick)}
            </span>
          ))}
        </div>
        <div
          className={styles.area}
          data-chooses={does.onRange ? true : undefined}
          role="slider"
          tabIndex={0}
          aria-label={`${title} over time`}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, times.length - 1)}
          aria-valuenow={index ?? 0}
          aria-valuetext={
            when
              ? `${when}: ${entries.map(({ label, value }) => `${label} ${value}`).join(", ")}`
              : "Arrow keys read it out"
          }
          {...handlers}
        >
          {ticks.map((tick) => (
            <i key={tick} className={styles.line} style={{ bottom: `${(tick / top) * 100}%` }} />
          ))}
          {marked && (
            <i
              className={chosen ? styles.chosen : styles.here}
              style={{ left: place(marked.from), width: place(marked.to - marked.from + 1) }}
            />
          )}
          {when && index !== null && (
            <Readout
              when={when}
              entries={entries}
              side={
                index < times.length / 2 ? { left: place(index + 1) } : { right: place(times.length - index) }
              }
            />
          )}
          <svg viewBox={`0 0 ${times.length} 1`} preserveAspectRatio="none" aria-hidden="true">
            <g transform="matrix(1 0 0 -1 0 1)">{children(top)}</g>
          </svg>
        </div>
        <Labels times={times} stepMs={stepMs} zone={zone} place={place} />
      </div>
    </ChartFrame>
  );
}

function LegendList({ entries }: { entries: readonly Legend[] }) {
  return (
    <ul className={frame.legend}>
      {entries
        .filter(({ sum }) => !sum)
        .map(({ label, color }) => (
          <li key={label}>
            <span className={frame.dot} style={{ background: color }} />
            {label}
          </li>
        ))}
    </ul>
  );
}

interface LabelsProps extends Pick<PlotProps, "times" | "stepMs" | "zone"> {
  place: (position: number) => string;
}

function Labels({ times, stepMs, zone, place }: LabelsProps) {
  const places = labelled(times.length, MOST_LABELS);
  const every = (places[1] ?? 1) * stepMs;
  const texts = axisLabels(
    places.map((at) => (times[at] ?? 0) / 1000),
    Math.min(every, stepMs < DAY_MS ? DAY_MS - 1 : 27 * DAY_MS) / 1000,
    zone,
  );
  return (
    <div className={styles.times} aria-hidden="true">
      {places.map((at, index) => (
        <span
          key={times[at]}
          className={classes(index % 2 === 1 && styles.extra)}
          style={{ left: place(at + 0.5) }}
        >
          {texts[index]}
        </span>
      ))}
    </div>
  );
}

/** When a period is, in words: a day, several days, or the hour. */
function whenWords(at: number, stepMs: number, zone: string): string {
  if (stepMs < DAY_MS) return time(at, zone).replace(/:00$/, "");
  const [first, last] = axisLabels([at / 1000, (at + stepMs - DAY_MS) / 1000], DAY_MS / 1000, zone);
  return stepMs > DAY_MS ? `${first} – ${last}` : `${first}`;
}
