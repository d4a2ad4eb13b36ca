import { Scale } from "lucide-react";
import { useState } from "react";
import type { GroupComparison } from "@/api/comparison";
import { EmptyState } from "@/design";
import { count } from "@/format";
import { ContrastCard } from "./ContrastCard";
import { Explanation } from "./Explanation";
import styles from "./Groups.module.css";
import { chance, notExcluded } from "./words";

interface FoundProps {
  comparison: GroupComparison;
  a: string;
  b: string | undefined;
}

/** In what the groups differ, the most first; what does not differ is folded away. */
export function Found({ comparison, a, b }: FoundProps) {
  const [all, setAll] = useState(false);
  const { a_total, b_total, fields_tested, contrasts } = comparison;
  if (a_total === 0 || b_total === 0) {
    return (
      <EmptyState icon={<Scale />} title={`There are no traces in group ${a_total === 0 ? "A" : "B"}`}>
        Widen the time range, or the filter. A has {count(a_total)} traces, B has {count(b_total)}.
      </EmptyState>
    );
  }
  const clear = contrasts.filter((contrast) => contrast.significant);
  const others = contrasts.filter((contrast) => !contrast.significant);
  return (
    <div className={styles.found}>
      <p className={styles.counts}>
        <span>
          {count(a_total)} traces in A, {count(b_total)} in B, {count(fields_tested)} fields looked at
          {comparison.sampled &&
            ` in samples of ${count(comparison.a_compared)} and ${count(comparison.b_compared)} traces`}
        </span>
        <Explanation fields={fields_tested} />
      </p>
      {clear.length === 0 && <Nothing comparison={comparison} />}
      {clear.map((contrast) => (
        <ContrastCard key={contrast.field} contrast={contrast} a={a} b={b} />
      ))}
      {others.length > 0 && (
        <button type="button" className={styles.fold} aria-expanded={all} onClick={() => setAll(!all)}>
          {count(others.length)} fields differ no more than chance would make them
        </button>
      )}
      {all && others.map((contrast) => <ContrastCard key={contrast.field} contrast={contrast} a={a} b={b} />)}
      <LeftOut comparison={comparison} />
    </div>
  );
}

/** Nothing found is a finding, and has its limits. */
function Nothing({ comparison }: { comparison: GroupComparison }) {
  const { contrasts, fields_tested } = comparison;
  const least = contrasts.reduce((low, contrast) => Math.min(low, contrast.q_value), 1);
  return (
    <EmptyState icon={<Scale />} title="Nothing differs beyond chance">
      <p>
        None of {count(fields_tested)} fields differs more than two random groups of this size might; the
        nearest has an adjusted p-value of {chance(least)}.
      </p>
      {contrasts.length > 0 && (
        <p>
          That does not prove that they are alike: differences up to an effect of{" "}
          {notExcluded(comparison).toFixed(2)} are not excluded by this much data.
        </p>
      )}
    </EmptyState>
  );
}

function LeftOut({ comparison }: { comparison: GroupComparison }) {
  if (comparison.left_out.length === 0) return null;
  return (
    <details className={styles.leftOut}>
      <summary>{count(comparison.left_out.length)} fields were not looked at</summary>
      <ul>
        {comparison.left_out.map(({ field, reason }) => (
          <li key={field}>
            <code>{field}</code>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
