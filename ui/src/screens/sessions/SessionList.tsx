import { useNavigate } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useSessions } from "@/api/sessions";
import { EmptyState, ErrorState, TableSkeleton } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { useScope } from "@/state/scope";
import { useNarrow } from "@/trace/useNarrow";
import styles from "./SessionList.module.css";
import { SessionRows } from "./SessionRows";

/** All sessions of the scope, the last active first. */
export function SessionList() {
  const { params, scope, setScope } = useScope();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useSessions(params);
  const sessions = useMemo(() => data?.pages.flatMap((page) => page.sessions) ?? [], [data]);
  const open = (index: number) => {
    const session = sessions[index];
    if (session) void navigate({ to: "/sessions/{-$sessionId}", params: { sessionId: session.session_id } });
  };
  const move = (step: number) => setActive(Math.max(0, Math.min(sessions.length - 1, active + step)));
  useHotkeys([
    { keys: "j", label: "Next session", group: "Sessions", run: () => move(1) },
    { keys: "k", label: "Previous session", group: "Sessions", run: () => move(-1) },
    { keys: "arrowdown", label: "Next session", group: "Sessions", run: () => move(1) },
    { keys: "arrowup", label: "Previous session", group: "Sessions", run: () => move(-1) },
    {
      keys: "enter",
      label: "Open the session",
      group: "Sessions",
      disabled: active < 0,
      run: () => open(active),
    },
  ]);
  return (
    <div className={styles.screen}>
      <div className={styles.top}>
        <FilterBar placeholder="Filter sessions by what their traces hold" />
      </div>
      {error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : !data ? (
        <TableSkeleton columns={6} />
      ) : sessions.length === 0 ? (
        <Nothing
          narrowed={!!scope.filter || !!scope.start}
          onAll={() => setScope({ filter: undefined, start: undefined, end: undefined })}
        />
      ) : (
        <SessionRows
          sessions={sessions}
          active={active}
          cards={narrow}
          scroller={scroller}
          more={hasNextPage && !isFetchingNextPage}
          onMore={() => void fetchNextPage()}
        />
      )}
    </div>
  );
}

function Nothing({ narrowed, onAll }: { narrowed: boolean; onAll: () => void }) {
  if (narrowed) {
    return (
      <EmptyState
        icon={<MessagesSquare />}
        title="No sessions here"
        action={
          <button type="button" className={styles.all} onClick={onAll}>
            Look at all time, without a filter
          </button>
        }
      >
        No trace in this range that meets the filter belongs to a session.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<MessagesSquare />} title="No sessions yet">
      <p>
        Traces that name the same session are shown here as one conversation. Say which one they belong to:
      </p>
      <pre className={styles.code}>
        {'with pyflare.context(user="u-1", session="s-42"):\n    answer(question)'}
      </pre>
    </EmptyState>
  );
}
