import { Link } from "@tanstack/react-router";
import type { SessionRow } from "@/api/sessions";
import { Badge } from "@/design";
import { compact, cost, count, fullTime, MISSING, time, tokens } from "@/format";
import { usePreferences } from "@/state/preferences";
import { previewText } from "../traces/preview";
import styles from "./SessionList.module.css";
import { totalTokens } from "./totals";

interface SessionLineProps {
  session: SessionRow;
  active: boolean;
}

/** A session as a row: the whole of it is a link. */
export function SessionLine({ session, active }: SessionLineProps) {
  return (
    <SessionLink session={session} active={active} look={styles.line}>
      <LastActive session={session} />
      <span className="truncate" title={session.user_id ?? undefined}>
        {session.user_id ?? MISSING}
      </span>
      <span className={styles.number}>{count(session.trace_count)}</span>
      <span className={styles.number} data-bad={session.error_count > 0 || undefined}>
        {session.error_count > 0 ? count(session.error_count) : MISSING}
      </span>
      <span className={styles.number}>{tokens(totalTokens(session))}</span>
      <span className={styles.number}>{cost(session.cost_usd)}</span>
      <span className="truncate">{text(session.first_input)}</span>
      <span className={`${styles.answer} truncate`}>{text(session.last_output)}</span>
      <Scores scores={session.scores} />
    </SessionLink>
  );
}

/** The same where there is little room. */
export function SessionCard({ session, active }: SessionLineProps) {
  return (
    <SessionLink session={session} active={active} look={styles.card}>
      <span className={styles.cardHead}>
        <LastActive session={session} />
        <span className="truncate">{session.user_id ?? MISSING}</span>
        {session.error_count > 0 && <Badge tone="bad">{count(session.error_count)} failed</Badge>}
      </span>
      <b className="truncate">{text(session.first_input)}</b>
      <span className={`${styles.answer} truncate`}>{text(session.last_output)}</span>
      <small>
        {count(session.trace_count)} {session.trace_count === 1 ? "turn" : "turns"} ·{" "}
        {tokens(totalTokens(session))} tokens · {cost(session.cost_usd)}
      </small>
    </SessionLink>
  );
}

const text = (preview: string | null) => (preview ? previewText(preview) : MISSING);

interface SessionLinkProps extends SessionLineProps {
  look: string | undefined;
  children: React.ReactNode;
}

function SessionLink({ session, active, look, children }: SessionLinkProps) {
  return (
    <Link
      to="/sessions/{-$sessionId}"
      params={{ sessionId: session.session_id }}
      className={look}
      data-active={active || undefined}
    >
      {children}
    </Link>
  );
}

function LastActive({ session }: { session: SessionRow }) {
  const { zone } = usePreferences();
  const at = session.end_time ?? session.start_time;
  return (
    <time dateTime={at} title={`Began ${fullTime(session.start_time, zone)}`}>
      {time(at, zone)}
    </time>
  );
}

function Scores({ scores }: { scores: SessionRow["scores"] }) {
  const entries = Object.entries(scores);
  if (entries.length === 0) return <span className={styles.faint}>{MISSING}</span>;
  return (
    <span className={styles.scores}>
      {entries.map(([name, value]) => (
        <Badge key={name} title={`${name}: ${value}`}>
          {name} {typeof value === "number" ? compact(value) : value}
        </Badge>
      ))}
    </span>
  );
}
