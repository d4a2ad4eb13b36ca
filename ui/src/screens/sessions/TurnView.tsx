import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import { useMemo } from "react";
import type { SessionTurn } from "@/api/sessions";
import { Badge, Spinner } from "@/design";
import { cost, duration, fullTime, time, tokens } from "@/format";
import { useOutline } from "@/screens/trace/queries";
import { usePreferences } from "@/state/preferences";
import type { Message } from "@/trace/types";
import { Bubble } from "./Bubble";
import { Failure } from "./Failure";
import { Steps } from "./Steps";
import { failureOf, stepsOf } from "./steps";
import styles from "./TurnView.module.css";
import { pauseBefore } from "./totals";

interface TurnViewProps {
  turns: readonly SessionTurn[];
  index: number;
}

/** Larger traces are looked at on their own screen. */
const MOST_SPANS = 2000;
const ASKING = /^(user|human|system|developer)$/;

/** One turn: what was asked, the steps on the way, what was answered. */
export function TurnView({ turns, index }: TurnViewProps) {
  const turn = turns[index];
  if (!turn) return null;
  const asked = turn.messages.filter((message) => ASKING.test(message.role));
  const answered = turn.messages.filter((message) => !ASKING.test(message.role));
  return (
    <article className={styles.turn} aria-label={`Turn ${index + 1}`}>
      <TurnHead turns={turns} index={index} turn={turn} />
      <Bubbles messages={asked} />
      {turn.trace.span_count > 1 && turn.trace.span_count <= MOST_SPANS && <Between turn={turn} />}
      <Bubbles messages={answered} />
      {turn.messages.length === 0 && <p className={styles.nothing}>Neither input nor output was captured.</p>}
      {turn.trace.state === "running" && (
        <p className={styles.state}>
          <Spinner label="Running" /> Running …
        </p>
      )}
      {turn.trace.state === "died" && <p className={styles.state}>The process ended before this turn did.</p>}
      {turn.trace.status === "error" && turn.trace.span_count === 1 && turn.trace.root_span_id && (
        <Failure traceId={turn.trace.trace_id} spanId={turn.trace.root_span_id} />
      )}
    </article>
  );
}

function TurnHead({ turns, index, turn }: TurnViewProps & { turn: SessionTurn }) {
  const { zone } = usePreferences();
  const { trace } = turn;
  const pause = pauseBefore(turns, index);
  return (
    <header className={styles.head}>
      <b>{index + 1}</b>
      <time dateTime={trace.start_time} title={fullTime(trace.start_time, zone)}>
        {time(trace.start_time, zone)}
      </time>
      {pause !== null && <span title="Since the turn before had ended">after {duration(pause)}</span>}
      <span className={styles.line} />
      {trace.status === "error" && <Badge tone="bad">failed</Badge>}
      {trace.status !== "error" && trace.error_count > 0 && (
        <Badge tone="warn">{trace.error_count} errors inside</Badge>
      )}
      <span className={styles.model}>{trace.model_id}</span>
      <span>{duration(trace.duration_ms)}</span>
      <span>{tokens(trace.total_tokens)} tokens</span>
      <span>{cost(trace.cost_usd)}</span>
      <Link to="/traces/$traceId" params={{ traceId: trace.trace_id }} className={styles.open}>
        Trace <ArrowUpRight aria-hidden />
      </Link>
    </header>
  );
}

function Bubbles({ messages }: { messages: SessionTurn["messages"] }) {
  return messages.map((message, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: messages have nothing but their place.
    <Bubble key={index} message={message as Message} />
  ));
}

function Between({ turn }: { turn: SessionTurn }) {
  const { trace } = turn;
  const { data } = useOutline(trace.trace_id);
  const steps = useMemo(() => (data ? stepsOf(data) : null), [data]);
  const failed = useMemo(() => (data ? failureOf(data) : null), [data]);
  return (
    <>
      <Steps traceId={trace.trace_id} steps={steps} />
      {trace.status === "error" && failed && <Failure traceId={trace.trace_id} spanId={failed} />}
    </>
  );
}
