import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { writeScore } from "@/api/scores";
import { ErrorState, Skeleton } from "@/design";
import { quoted } from "@/state/scope";
import { type SpanActions, SpanActionsContext } from "@/trace/span/actions";
import { TraceBrowser } from "@/trace/TraceBrowser";
import { useTraceView } from "@/trace/tree/useTraceView";
import type { Outline, Span } from "@/trace/types";
import { useNarrow } from "@/trace/useNarrow";
import { findSpans, loadPayload, spansKey, traceKey, useSmallTrace, useSpan } from "./queries";
import styles from "./screen.module.css";
import { useSelectedSpan } from "./useSelectedSpan";

/** The spans of a trace whose outline has arrived. */
export function LoadedTrace({ outline, nowNs }: { outline: Outline; nowNs: number }) {
  const traceId = outline.trace_id;
  const narrow = useNarrow();
  const { spanId, settledId, select } = useSelectedSpan(narrow ? undefined : rootOf(outline));
  const find = useCallback((text: string) => findSpans(traceId, text), [traceId]);
  const view = useTraceView({ outline, nowNs, spanId, onSelect: select, find });
  const { data: all = NO_SPANS } = useSmallTrace(traceId, outline.span_id.length);
  const span = useSpan(traceId, settledId, all);
  const marked = useMemo(() => (span.data ? [...all, span.data] : all), [all, span.data]);
  const waiting = span.error ? (
    <ErrorState error={span.error} onRetry={() => void span.refetch()} />
  ) : (
    <div className={styles.waiting}>
      <Skeleton width="50%" height={20} />
      <Skeleton width="80%" />
      <Skeleton height={160} />
    </div>
  );
  return (
    <SpanActionsContext value={useActions(traceId)}>
      <div className={styles.browser}>
        <TraceBrowser view={view} span={span.data} waiting={waiting} marked={marked} />
      </div>
    </SpanActionsContext>
  );
}

const NO_SPANS: Span[] = [];

const rootOf = (outline: Outline): string | undefined =>
  outline.span_id[Math.max(0, outline.parent.indexOf(-1))];

function useActions(traceId: string): SpanActions {
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMemo(
    () => ({
      loadPayload,
      filterBy: (field, value, operator) =>
        void navigate({
          to: "/traces",
          search: (before: object) => ({
            ...before,
            span: undefined,
            filter: `${field} ${operator} ${quoted(value)}`,
          }),
        }),
      traceHref: (trace, span) => `/traces/${trace}?span=${span}`,
      writeScore: async (score, spanId) => {
        await writeScore({ ...score, trace_id: traceId, span_id: spanId ?? null });
        await Promise.all(
          [spansKey(traceId), traceKey(traceId)].map((queryKey) => client.invalidateQueries({ queryKey })),
        );
      },
    }),
    [navigate, client, traceId],
  );
}
