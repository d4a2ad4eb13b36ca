import type { ReactNode } from "react";
import { Badge, CopyButton } from "@/design";
import { compact, cost, count, duration, relative } from "@/format";
import styles from "./trace.module.css";
import type { Trace } from "./types";
import { useNarrow } from "./useNarrow";
import { When } from "./When";

interface TraceHeaderProps {
  trace: Trace;
  /** How the value of a fact is shown: as a link to more, where there is more. */
  link?: (
    field: "service" | "user" | "session" | "model" | "tag" | "environment",
    value: string,
  ) => ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  /** A way to judge the trace: beside the name, or where it is narrow after the scores. */
  scoring?: ReactNode;
}

/** What a trace was, in two lines. */
export function TraceHeader({ trace, link = (_, value) => value, actions, scoring }: TraceHeaderProps) {
  const narrow = useNarrow();
  return (
    <header className={styles.header}>
      <div className={styles.name}>
        <h1>{trace.operation_name ?? "Trace"}</h1>
        <State trace={trace} />
        <code className={styles.id} title={trace.trace_id}>
          {trace.trace_id.slice(0, 8)}
        </code>
        <CopyButton label="Copy trace id" text={trace.trace_id} />
        {!narrow && scoring}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
      {/* biome-ignore lint/a11y/useSemanticElements: no fields are in it; narrow, it scrolls and takes the focus. */}
      <div
        className={styles.facts}
        role="group"
        aria-label="About the trace"
        tabIndex={narrow ? 0 : undefined}
      >
        {numbersOf(trace).map(([label, value]) => (
          <Fact key={label} label={label}>
            {value}
          </Fact>
        ))}
        <Fact label="at">
          <When at={trace.start_time} /> <span className={styles.label}>{relative(trace.start_time)}</span>
        </Fact>
        {wordsOf(trace).map(([label, field, value]) => (
          <Fact key={`${label} ${value}`} label={label}>
            {link(field, value)}
          </Fact>
        ))}
        {trace.tags.map((tag) => (
          <Badge key={tag}>{link("tag", tag)}</Badge>
        ))}
        {Object.entries(trace.scores).map(([name, value]) => (
          <Badge key={name} tone="info">
            {name} {typeof value === "number" ? compact(value) : value}
          </Badge>
        ))}
        {narrow && scoring}
      </div>
    </header>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span>
      <span className={styles.label}>{label}</span>
      {children}
    </span>
  );
}

function State({ trace }: { trace: Trace }) {
  if (trace.state === "running") return <Badge tone="good">running</Badge>;
  if (trace.state === "died") return <Badge tone="warn">died</Badge>;
  if (trace.status === "error") return <Badge tone="bad">error</Badge>;
  return <Badge tone="good">ok</Badge>;
}

function numbersOf(trace: Trace): [string, string][] {
  const facts: [string, string | null][] = [
    ["took", trace.duration_ms === null ? null : duration(trace.duration_ms)],
    ["spans", count(trace.span_count)],
    ["errors", trace.error_count > 0 ? count(trace.error_count) : null],
    ["tokens", trace.total_tokens === null ? null : compact(trace.total_tokens)],
    ["cost", trace.cost_usd === null ? null : cost(trace.cost_usd)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

type Words = [string, "service" | "user" | "session" | "model" | "environment", string];

function wordsOf(trace: Trace): Words[] {
  const words: [Words[0], Words[1], string | null][] = [
    ["service", "service", trace.service_name],
    ["in", "environment", trace.environment],
    ...trace.model_ids.map((model): Words => ["model", "model", model]),
    ["user", "user", trace.user_id],
    ["session", "session", trace.session_id],
  ];
  return words.filter((word): word is Words => word[2] !== null);
}
