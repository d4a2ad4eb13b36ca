import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";
import type { SessionDetail } from "@/api/sessions";
import { Badge, CopyButton } from "@/design";
import { compact, cost, count, duration, fullTime, tokens } from "@/format";
import { usePreferences } from "@/state/preferences";
import { quoted } from "@/state/scope";
import styles from "./SessionPage.module.css";
import { totalTokens, workedMillis } from "./totals";

/** Whose session it is, and what it amounts to. */
export function SessionHeader({ detail }: { detail: SessionDetail }) {
  const { session, turns } = detail;
  const { zone } = usePreferences();
  return (
    <header className={styles.header}>
      <div className={styles.title}>
        <Link
          to="/sessions/{-$sessionId}"
          params={{ sessionId: undefined }}
          aria-label="All sessions"
          className={styles.back}
        >
          <ChevronLeft aria-hidden />
        </Link>
        <h2 className="mono truncate">{session.session_id}</h2>
        <CopyButton text={session.session_id} label="Copy session id" />
        <Link
          to="/traces"
          search={() => ({ filter: `session = ${quoted(session.session_id)}` })}
          className={styles.traces}
        >
          As traces
        </Link>
      </div>
      <dl className={styles.totals}>
        <Total name="Began">{fullTime(session.start_time, zone).slice(0, 19)}</Total>
        <Total name="User">{session.user_id}</Total>
        <Total name="Turns">{count(session.trace_count)}</Total>
        <Total name="Errors" bad={session.error_count > 0}>
          {count(session.error_count)}
        </Total>
        <Total name="Worked">{duration(workedMillis(turns))}</Total>
        <Total name="Tokens">
          {tokens(totalTokens(session))}
          <small>
            {tokens(session.input_tokens)} in, {tokens(session.output_tokens)} out
          </small>
        </Total>
        <Total name="Cost">{cost(session.cost_usd)}</Total>
        <Total name="Models">{session.model_ids.join(", ")}</Total>
        {Object.keys(session.scores).length > 0 && (
          <Total name="Scores">
            {Object.entries(session.scores).map(([name, value]) => (
              <Badge key={name}>
                {name} {typeof value === "number" ? compact(value) : value}
              </Badge>
            ))}
          </Total>
        )}
      </dl>
    </header>
  );
}

function Total({ name, bad, children }: { name: string; bad?: boolean; children: ReactNode }) {
  if (children === null || children === "") return null;
  return (
    <div className={styles.total} data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
