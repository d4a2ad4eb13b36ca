import { useState } from "react";
import { type BudgetAccount, useBudgets } from "@/api/costs";
import { Badge, Button, ErrorState, Skeleton } from "@/design";
import { count, fullTime, percent, relative, time } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./Costs.module.css";
import { amount, levelOf, untilWords, whose } from "./words";

const SHOWN = 6;

/** How the budgets of the folder stand now, whatever range and filter are looked at. */
export function BudgetsCard() {
  const { data, error, refetch } = useBudgets();
  const [all, setAll] = useState(false);
  const accounts = data?.budgets ?? [];
  return (
    <section className={styles.card} aria-label="Budgets">
      <h2>Budgets</h2>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton width="100%" height={64} />
      ) : accounts.length === 0 ? (
        <p className={styles.words}>
          No budget has been used in this folder. A program sets one with{" "}
          <code>pyflare.budget("month", limit_usd=500, window="month")</code>, or under{" "}
          <code>[[pyflare.budgets]]</code> in <code>pyflare.toml</code>: it warns, or stops calls before they
          are made.
        </p>
      ) : (
        <>
          <p className={styles.small}>As they stand now, whatever range and filter are chosen.</p>
          <ul className={styles.budgets}>
            {accounts.slice(0, all ? undefined : SHOWN).map((account) => (
              <Account key={JSON.stringify([account.name, account.key, account.window])} account={account} />
            ))}
          </ul>
          {data.total > accounts.length && all && (
            <p className={styles.small}>And {count(data.total - accounts.length)} more.</p>
          )}
          {accounts.length > SHOWN && !all && (
            <Button size="sm" onClick={() => setAll(true)}>
              Show all {count(data.total)}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

function Account({ account }: { account: BudgetAccount }) {
  const { zone } = usePreferences();
  const { name, unit, limit, spent, reserved, share, until, unpriced_calls, window } = account;
  const level = levelOf(share);
  const held = limit > 0 ? Math.min(1 - Math.min(1, share), reserved / limit) : 0;
  return (
    <li>
      <div className={styles.budgetHead}>
        <b className="truncate" title={`${name}, ${whose(account)}`}>
          {name} <span className={styles.faint}>{whose(account)}</span>
        </b>
        {account.on_exceeded === "stop" && (
          <Badge tone={share >= 1 ? "bad" : "neutral"}>{share >= 1 ? "stops calls" : "can stop calls"}</Badge>
        )}
        <span className={styles.amounts} data-level={level}>
          {percent(share)}
        </span>
      </div>
      <div className={styles.track} data-level={level} aria-hidden="true">
        <i style={{ width: `${Math.min(1, share) * 100}%` }} />
        <i style={{ width: `${held * 100}%` }} />
      </div>
      <p className={styles.small}>
        {amount(spent, unit)} of {amount(limit, unit)}
        {reserved > 0 && `, ${amount(reserved, unit)} held by calls under way`} · {window} ·{" "}
        <span title={fullTime(until, zone)}>
          {untilWords(account)} {time(until, zone).replace(/:00$/, "")} ({relative(until)})
        </span>
        {unpriced_calls > 0 &&
          ` · without ${count(unpriced_calls)} unpriced ${unpriced_calls === 1 ? "call" : "calls"}`}
      </p>
    </li>
  );
}
