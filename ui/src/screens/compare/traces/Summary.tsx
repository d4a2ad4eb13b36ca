import type { TraceComparison } from "@/api/comparison";
import type { Trace } from "@/api/types";
import { cost, count, duration, MISSING, tokens } from "@/format";
import { deltaOf, shareText, signed } from "./delta";
import { Side } from "./Side";
import styles from "./Summary.module.css";

interface Measure {
  name: string;
  of: (trace: Trace) => number | null;
  format: (value: number | null) => string;
}

const MEASURES: readonly Measure[] = [
  { name: "Duration", of: (trace) => trace.duration_ms, format: duration },
  { name: "Cost", of: (trace) => trace.cost_usd, format: cost },
  { name: "Input tokens", of: (trace) => trace.input_tokens, format: tokens },
  { name: "Output tokens", of: (trace) => trace.output_tokens, format: tokens },
  { name: "Spans", of: (trace) => trace.span_count, format: count },
  { name: "Errors", of: (trace) => trace.error_count, format: count },
];

/** What the two traces amount to, and by how much b differs. Less counts as better. */
export function Summary({ comparison }: { comparison: TraceComparison }) {
  return (
    <ul className={styles.summary} aria-label="Differences in total">
      {MEASURES.map((measure) => (
        <Tile key={measure.name} measure={measure} comparison={comparison} />
      ))}
    </ul>
  );
}

function Tile({ measure, comparison }: { measure: Measure; comparison: TraceComparison }) {
  const [a, b] = [measure.of(comparison.a), measure.of(comparison.b)];
  const delta = deltaOf(a, b);
  return (
    <li className={styles.tile}>
      <span className={styles.name}>{measure.name}</span>
      <b data-tone={delta?.tone}>{delta ? signed(delta.absolute, measure.format) : MISSING}</b>
      <span className={styles.share} data-tone={delta?.tone}>
        {delta && shareText(delta.share)}
      </span>
      <small>
        <span>
          <Side side="a" /> {measure.format(a)}
        </span>
        <span>
          <Side side="b" /> {measure.format(b)}
        </span>
      </small>
    </li>
  );
}
