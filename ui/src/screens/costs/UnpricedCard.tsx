import type { CostSummary } from "@/api/costs";
import { count, tokens } from "@/format";
import styles from "./Costs.module.css";
import { ToTraces } from "./ToTraces";
import { unpricedOf } from "./words";

const SHOWN = 8;

/** Calls whose cost nobody knows, by model, and what to do about them. */
export function UnpricedCard({ summary }: { summary: CostSummary }) {
  const { models, elsewhere } = unpricedOf(summary);
  const calls = summary.unpriced_requests;
  return (
    <section className={styles.card} aria-label="Calls without a price">
      <h2>
        {count(calls)} {calls === 1 ? "call has" : "calls have"} no price
      </h2>
      <p className={styles.words}>
        What they cost is not known, so no sum on this page holds them. Give the models a price under{" "}
        <code>[[pyflare.prices]]</code> in <code>pyflare.toml</code>, or install the published prices with{" "}
        <code>pip install "pyflare[cost]"</code>; then run <code>pyflare cost reprice</code>.{" "}
        <code>pyflare cost unpriced</code> says for each why it has none.
      </p>
      <ul className={styles.list}>
        {models.slice(0, SHOWN).map(({ model, calls: of, inputTokens, outputTokens }) => (
          <li key={model} className={styles.line}>
            <ToTraces field="model" value={model} missing="calls that name no model" />
            <span className={styles.faint}>
              {count(of)} {of === 1 ? "call" : "calls"} · {tokens(inputTokens)} in · {tokens(outputTokens)}{" "}
              out
            </span>
          </li>
        ))}
      </ul>
      {models.length > SHOWN && (
        <p className={styles.small}>And {count(models.length - SHOWN)} models more.</p>
      )}
      {elsewhere > 0 && (
        <p className={styles.small}>
          {models.length > 0 ? "Besides, " : ""}
          {count(elsewhere)} {elsewhere === 1 ? "call is" : "calls are"} of models whose other calls have a
          price.
        </p>
      )}
    </section>
  );
}
