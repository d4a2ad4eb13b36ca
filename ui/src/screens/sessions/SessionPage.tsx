import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { type SessionDetail, useSession } from "@/api/sessions";
import { ErrorState, TableSkeleton } from "@/design";
import { count } from "@/format";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { SessionHeader } from "./SessionHeader";
import styles from "./SessionPage.module.css";
import { TurnView } from "./TurnView";

/** One session, turn by turn. */
export function SessionPage({ sessionId }: { sessionId: string }) {
  const { data, error, refetch } = useSession(sessionId);
  if (error) return <ErrorState title="This session could not be loaded" error={error} onRetry={refetch} />;
  if (!data) return <TableSkeleton rows={8} columns={2} />;
  return <Conversation detail={data} />;
}

const GUESS_PX = 260;

function Conversation({ detail }: { detail: SessionDetail }) {
  const { turns } = detail;
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const rows = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => GUESS_PX,
    overscan: 3,
  });
  const go = (index: number) => {
    const next = Math.max(0, Math.min(turns.length - 1, index));
    setActive(next);
    rows.scrollToIndex(next, { align: "start" });
    scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true });
  };
  const open = () => {
    const trace = turns[active]?.trace;
    if (trace) void navigate({ to: "/traces/$traceId", params: { traceId: trace.trace_id } });
  };
  useHotkeys([
    { keys: "j", label: "Next turn", group: "Session", run: () => go(active + 1) },
    { keys: "k", label: "Previous turn", group: "Session", run: () => go(active - 1) },
    {
      keys: "e",
      label: "Next turn that failed",
      group: "Session",
      run: () => go(nextFailed(detail, active)),
    },
    { keys: "enter", label: "Open the turn's trace", group: "Session", run: open },
    {
      keys: "escape",
      label: "All sessions",
      group: "Session",
      run: () => void navigate({ to: "/sessions/{-$sessionId}", params: { sessionId: undefined } }),
    },
  ]);
  useEffect(() => {
    document.title = `Session ${detail.session.session_id} · PyFlare`;
  }, [detail.session.session_id]);
  return (
    <div className={styles.page}>
      <SessionHeader detail={detail} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section ref={scroller} className={styles.scroller} aria-label="Conversation" tabIndex={0}>
        <ol className={styles.turns} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => (
            <li
              key={turns[item.index]?.trace.trace_id}
              ref={rows.measureElement}
              data-index={item.index}
              tabIndex={-1}
              className={styles.turn}
              data-active={item.index === active || undefined}
              style={{ transform: `translateY(${item.start}px)` }}
              onPointerDown={() => setActive(item.index)}
            >
              <TurnView turns={turns} index={item.index} />
            </li>
          ))}
        </ol>
        {detail.truncated && (
          <p className={styles.cut}>These are the first {count(turns.length)} turns; the session has more.</p>
        )}
      </section>
    </div>
  );
}

/** The next turn after `from` with an error in it, going round; `from` itself where there is none. */
function nextFailed({ turns }: SessionDetail, from: number): number {
  const failed = turns.flatMap(({ trace }, index) =>
    trace.error_count > 0 || trace.status === "error" ? [index] : [],
  );
  return failed.find((index) => index > from) ?? failed[0] ?? from;
}
