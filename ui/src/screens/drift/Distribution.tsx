import { compact, percent } from "@/format";
import plot from "../costs/Plot.module.css";
import { ticksTo } from "../costs/ticks";
import styles from "./Drift.module.css";
import { Both } from "./Levels";
import { type Bin, edgesOf, stepsOf } from "./parts";

const MOST_EDGES = 7;

/** The reference and the current sample over each other, bin by bin; bins are as wide as each other. */
export function Distribution({ bins }: { bins: readonly Bin[] }) {
  const high = Math.max(...bins.flatMap(({ reference, current }) => [reference ?? 0, current ?? 0]));
  const ticks = ticksTo(high, 3);
  const top = ticks.at(-1) ?? 1;
  const sums = [...bins].sort((a, b) => (b.contribution ?? 0) - (a.contribution ?? 0)).slice(0, 3);
  return (
    <div className={styles.parts}>
      <Both />
      <div className={`${plot.plot} ${styles.distribution}`}>
        <div className={plot.amounts} aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} style={{ bottom: `${(tick / top) * 100}%` }}>
              {percent(tick)}
            </span>
          ))}
        </div>
        <div className={plot.area}>
          {ticks.map((tick) => (
            <i key={tick} className={plot.line} style={{ bottom: `${(tick / top) * 100}%` }} />
          ))}
          <svg viewBox={`0 0 ${bins.length} 1`} preserveAspectRatio="none" aria-hidden="true">
            <g transform="matrix(1 0 0 -1 0 1)">
              <path
                d={stepsOf(
                  bins.map(({ reference }) => reference),
                  top,
                )}
                className={styles.before}
              />
              <path
                d={stepsOf(
                  bins.map(({ current }) => current),
                  top,
                )}
                className={styles.now}
                vectorEffect="non-scaling-stroke"
              />
            </g>
          </svg>
          <div className={styles.hovers}>
            {bins.map((bin) => (
              <i key={bin.label} title={sentence(bin)} />
            ))}
          </div>
        </div>
        <div className={plot.times} aria-hidden="true">
          {edgesOf(bins, MOST_EDGES).map(({ at, value }) => (
            <span key={at} style={{ left: `${(at / bins.length) * 100}%` }}>
              {compact(value)}
            </span>
          ))}
        </div>
      </div>
      <p className={styles.small}>Most of it: {sums.map(sentence).join("; ")}.</p>
    </div>
  );
}

/** What one bin says: "[0.2, 0.35): 5% → 32%". */
const sentence = ({ label, reference, current }: Bin) =>
  `${label} ${percent(reference)} → ${percent(current)}`;
