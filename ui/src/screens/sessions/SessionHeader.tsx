import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { SessionDetail } from "@/api/sessions";
import { Badge, CopyButton, Fact, Facts, PageHead } from "@/design";
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
      <PageHead
        back={
          <Link to="/sessions/{-$sessionId}" params={{ sessionId: undefined }} aria-label="All sessions">
            <ChevronLeft aria-hidden />
          </Link>
        }
        title={session.session_id}
        mono
      >
        <CopyButton text={session.session_id} label="Copy session id" />
        <Link
          to="/traces"
          search={() => ({ filter: `session = ${quoted(session.session_id)}` })}
          className={styles.traces}
        >
          As traces
        </Link>
      </PageHead>
      <Facts>
        <Fact name="Began">{fullTime(session.start_time, zone).slice(0, 19)}</Fact>
        <Fact name="User">{session.user_id}</Fact>
        <Fact name="Turns">{count(session.trace_count)}</Fact>
        <Fact name="Errors" bad={session.error_count > 0}>
          {count(session.error_count)}
        </Fact>
        <Fact name="Worked">{duration(workedMillis(turns))}</Fact>
        <Fact name="Tokens">
          {tokens(totalTokens(session))}
          <small>
            {tokens(session.input_tokens)} in, {tokens(session.output_tokens)} out
          </small>
        </Fact>
        <Fact name="Cost">{cost(session.cost_usd)}</Fact>
        <Fact name="Models">{session.model_ids.join(", ")}</Fact>
        {Object.keys(session.scores).length > 0 && (
          <Fact name="Scores">
            {Object.entries(session.scores).map(([name, value]) => (
              <Badge key={name}>
                {name} {typeof value === "number" ? compact(value) : value}
              </Badge>
            ))}
          </Fact>
        )}
      </Facts>
    </header>
  );
}
