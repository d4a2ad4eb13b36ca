import { Link } from "@tanstack/react-router";
import { ArrowUpRight, X } from "lucide-react";
import type { ReactNode } from "react";
import { useOutline, useSpan } from "@/api/peek";
import { CopyButton, ErrorState, IconButton, JsonView, KindIcon, Skeleton } from "@/design";
import { cost, duration, tokens } from "@/format";
import styles from "./Peek.module.css";
import { PeekTree } from "./PeekTree";
import { isSpan, type Row } from "./rows";

/** A look at a row without leaving the list: what went in, what came out, and the trace's spans in small. */
export function Peek({ row, onClose }: { row: Row; onClose: () => void }) {
  const spanId = isSpan(row) ? row.span_id : row.root_span_id;
  const span = useSpan(row.trace_id, spanId);
  const outline = useOutline(row.trace_id);
  const stale = span.isPlaceholderData || outline.isPlaceholderData;
  return (
    <aside className={styles.peek} aria-label="Preview" data-stale={stale || undefined}>
      <header className={styles.header}>
        {isSpan(row) && <KindIcon kind={row.kind} />}
        <h2 className="truncate">{row.operation_name ?? row.trace_id.slice(0, 8)}</h2>
        <CopyButton text={row.trace_id} label="Copy trace id" />
        <Link
          to="/traces/$traceId"
          params={{ traceId: row.trace_id }}
          className={styles.open}
          aria-label="Open the trace"
          title="Open the trace"
        >
          <ArrowUpRight />
        </Link>
        <IconButton label="Close the preview" keys="space" size="sm" onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <p className={styles.numbers}>
        <span>{duration(row.duration_ms)}</span>
        {row.total_tokens !== null && <span>{tokens(row.total_tokens)} tokens</span>}
        {row.cost_usd !== null && <span>{cost(row.cost_usd)}</span>}
        {!isSpan(row) && <span>{row.span_count} spans</span>}
        {row.user_id && <span className="truncate">{row.user_id}</span>}
      </p>
      <div className={styles.body}>
        {span.error && <ErrorState error={span.error} onRetry={() => void span.refetch()} />}
        {span.data?.error && <p className={styles.error}>{span.data.error}</p>}
        {span.isPending && spanId && <Skeleton height={120} />}
        {span.data && (
          <>
            <Content title="Input" value={span.data.input} />
            <Content title="Output" value={span.data.output} />
          </>
        )}
        {outline.data && (
          <Section title={`Spans (${outline.data.span_id.length})`}>
            <PeekTree outline={outline.data} />
          </Section>
        )}
      </div>
    </aside>
  );
}

function Content({ title, value }: { title: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  return (
    <Section title={title}>
      {typeof value === "string" ? (
        <p className={styles.text}>{value}</p>
      ) : (
        <div className={styles.json}>
          <JsonView value={value} open={3} />
        </div>
      )}
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
