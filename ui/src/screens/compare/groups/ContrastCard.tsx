import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Contrast, ContrastValue } from "@/api/comparison";
import { Badge } from "@/design";
import { count, percent } from "@/format";
import styles from "./ContrastCard.module.css";
import { chance, sentence, sizeWord } from "./words";

interface ContrastCardProps {
  contrast: Contrast;
  a: string;
  b: string | undefined;
}

const FIRST = 6;

/** One field: how much it differs, how sure that is, and its values in both groups. */
export function ContrastCard({ contrast, a, b }: ContrastCardProps) {
  const [all, setAll] = useState(false);
  const values = all ? contrast.values : contrast.values.slice(0, FIRST);
  const most = contrast.values.reduce((high, one) => Math.max(high, one.a_share, one.b_share), 0);
  return (
    <article className={styles.card} data-significant={contrast.significant || undefined}>
      <header className={styles.head}>
        <h2 className="mono truncate" title={contrast.field}>
          {contrast.field}
        </h2>
        <p>{sentence(contrast)}</p>
        <Effect contrast={contrast} />
      </header>
      <ul className={styles.values}>
        {values.map((value) => (
          <ValueBars key={value.filter} value={value} most={most} a={a} b={b} />
        ))}
        {contrast.values.length > values.length && (
          <li>
            <button type="button" className={styles.more} onClick={() => setAll(true)}>
              {contrast.values.length - values.length} more values
            </button>
          </li>
        )}
      </ul>
    </article>
  );
}

/** The effect on a line from 0 to 1, with its interval. */
function Effect({ contrast }: { contrast: Contrast }) {
  const { effect_size, effect_low, effect_high, q_value, significant } = contrast;
  const interval = `${effect_low.toFixed(2)} to ${effect_high.toFixed(2)}`;
  return (
    <div className={styles.effect}>
      <div className={styles.numbers}>
        <Badge tone={significant ? "accent" : "neutral"}>
          {significant ? sizeWord(effect_size) : "may be chance"}
        </Badge>
        <span>
          effect <b>{effect_size.toFixed(2)}</b> ({interval})
        </span>
        <span>p {chance(q_value)}</span>
      </div>
      <div
        className={styles.scale}
        role="img"
        aria-label={`Effect ${effect_size.toFixed(2)}, interval ${interval}, on a scale from 0 to 1`}
      >
        <i
          className={styles.interval}
          style={{ left: `${effect_low * 100}%`, width: `${(effect_high - effect_low) * 100}%` }}
        />
        <i className={styles.point} style={{ left: `${effect_size * 100}%` }} />
      </div>
    </div>
  );
}

interface ValueBarsProps {
  value: ContrastValue;
  most: number;
  a: string;
  b: string | undefined;
}

/** One value: what share of each group has it. A click opens those traces. */
function ValueBars({ value, most, a, b }: ValueBarsProps) {
  const groups = [
    { side: "a", filter: `(${a}) and ${wrapped(value.filter)}`, share: value.a_share, traces: value.a_count },
    {
      side: "b",
      filter: `${b ? `(${b})` : `not (${a})`} and ${wrapped(value.filter)}`,
      share: value.b_share,
      traces: value.b_count,
    },
  ] as const;
  return (
    <li className={styles.value}>
      <span className={`${styles.name} truncate`} title={value.filter}>
        {value.value ?? <i>missing</i>}
      </span>
      <span className={styles.bars}>
        {groups.map(({ side, filter, share, traces }) => (
          <Link
            key={side}
            to="/traces"
            search={() => ({ filter })}
            className={styles.bar}
            title={`${count(traces)} traces of ${side.toUpperCase()}: show them`}
          >
            <span className="visually-hidden">{side.toUpperCase()}: </span>
            <span className={styles.track}>
              <i data-side={side} style={{ width: `${most === 0 ? 0 : (share / most) * 100}%` }} />
            </span>
            <span className={styles.share}>{percent(share)}</span>
          </Link>
        ))}
      </span>
    </li>
  );
}

const wrapped = (filter: string) => (/ (and|or) /i.test(filter) ? `(${filter})` : filter);
