import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { KindIcon, Skeleton } from "@/design";
import { durationNs } from "@/format";
import { useSpan } from "@/screens/trace/queries";
import chat from "@/trace/span/chat/chat.module.css";
import { Documents } from "@/trace/span/chat/Documents";
import { Value } from "@/trace/span/Value";
import styles from "./Steps.module.css";
import type { Step } from "./steps";

const FIRST = 10;
const NONE: never[] = [];

/** The steps between question and answer as chips; a click unfolds one. */
export function Steps({ traceId, steps }: { traceId: string; steps: Step[] | null }) {
  const [opened, setOpened] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  if (!steps) return <Skeleton width={240} height={24} />;
  if (steps.length === 0) return null;
  const shown = all ? steps : steps.slice(0, FIRST);
  return (
    <div className={styles.steps}>
      <ul className={styles.chips} aria-label="Steps">
        {shown.map((step) => (
          <li key={step.spanId}>
            <button
              type="button"
              className={styles.chip}
              aria-expanded={opened === step.spanId}
              data-failed={step.failed || undefined}
              onClick={() => setOpened(opened === step.spanId ? null : step.spanId)}
            >
              <KindIcon kind={step.kind} />
              <span className="truncate">{step.name}</span>
              <small>{step.running ? "running" : step.failed ? "failed" : durationNs(step.durationNs)}</small>
            </button>
          </li>
        ))}
        {shown.length < steps.length && (
          <li>
            <button type="button" className={styles.chip} onClick={() => setAll(true)}>
              {steps.length - shown.length} more
            </button>
          </li>
        )}
      </ul>
      {opened && <StepDetail traceId={traceId} spanId={opened} />}
    </div>
  );
}

function StepDetail({ traceId, spanId }: { traceId: string; spanId: string }) {
  const { data, error } = useSpan(traceId, spanId, NONE);
  if (error) return <p className={styles.detail}>{error.message}</p>;
  if (!data) return <Skeleton height={60} />;
  return (
    <div className={styles.detail}>
      <div className={styles.bar}>
        <b className="truncate">{data.operation_name}</b>
        <Link to="/traces/$traceId" params={{ traceId }} search={() => ({ span: spanId })}>
          In the trace
        </Link>
      </div>
      {data.error && <p className={styles.error}>{data.error}</p>}
      {data.input !== null && (
        <section aria-label="Input">
          <h4>Input</h4>
          <Value value={data.input} look="rendered" open={1} />
        </section>
      )}
      {data.output !== null && (
        <section aria-label="Output">
          <h4>Output</h4>
          {data.chat && data.chat.documents.length > 0 ? (
            <div className={chat.chat}>
              <Documents documents={data.chat.documents} />
            </div>
          ) : (
            <Value value={data.output} look="rendered" open={1} />
          )}
        </section>
      )}
    </div>
  );
}
