import { compact, cost, count, duration, MISSING, percent } from "@/format";
import type { Span } from "../types";
import styles from "./panel.module.css";
import { type Bucket, bucketsOf, outputRate } from "./usage";

/** Of the span with all below it; NaN where nothing is known. */
export interface Below {
  tokens: number;
  cost: number;
  spans: number;
}

/** What a call used: tokens by sort, money, speed. */
export function UsageTab({ span, below }: { span: Span; below: Below | null }) {
  const buckets = bucketsOf(span);
  const rate = outputRate(span);
  const facts: [string, string][] = [
    ["Input tokens", count(span.input_tokens)],
    ["Output tokens", count(span.output_tokens)],
    ["Total tokens", count(span.total_tokens)],
    ["Cost", span.cost_usd === null ? "no price known" : cost(span.cost_usd)],
    ["Output speed", rate === null ? MISSING : `${compact(rate)} tokens/s`],
    ["Time to first chunk", duration(span.time_to_first_chunk_ms)],
  ];
  return (
    <div className={styles.stack}>
      {span.usage_repeated && (
        <p className={styles.notice}>
          A span below records the same call: its usage counts, this one's does not.
        </p>
      )}
      {buckets.length > 0 && <Stacked buckets={buckets} />}
      <Facts facts={facts} />
      {below && below.spans > 1 && (
        <>
          <h3 className={styles.groupTitle}>With the {count(below.spans - 1)} spans below</h3>
          <Facts
            facts={[
              ["Tokens", count(below.tokens)],
              ["Cost", cost(below.cost)],
            ]}
          />
        </>
      )}
    </div>
  );
}

function Facts({ facts }: { facts: [string, string][] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Stacked({ buckets }: { buckets: readonly Bucket[] }) {
  const all = buckets.reduce((sum, bucket) => sum + bucket.tokens, 0);
  const color = (index: number) => `var(--series-${(index % 8) + 1})`;
  return (
    <figure className={styles.usage} aria-label="Tokens by sort">
      <div className={styles.usageBar}>
        {buckets.map((bucket, index) => (
          <span
            key={bucket.name}
            style={{ flexGrow: bucket.tokens, background: color(index) }}
            title={bucket.name}
          />
        ))}
      </div>
      <figcaption>
        {buckets.map((bucket, index) => (
          <span key={bucket.name}>
            <i style={{ background: color(index) }} />
            {bucket.name} <strong>{count(bucket.tokens)}</strong>{" "}
            <span className={styles.faint}>{percent(bucket.tokens / all)}</span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
