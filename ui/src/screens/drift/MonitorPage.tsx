import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { ApiError } from "@/api/client";
import { type DriftRun, useDriftRun, type Watched } from "@/api/drift";
import { ErrorState, TableSkeleton } from "@/design";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import overview from "../overview/Overview.module.css";
import { ColumnCard } from "./ColumnCard";
import { ColumnsCard } from "./ColumnsCard";
import { CourseCard } from "./CourseCard";
import styles from "./Drift.module.css";
import { NotHere } from "./NotHere";
import { RunHeader } from "./RunHeader";
import type { DriftSearch } from "./search";

/** One monitor in one part of the data: its latest run or an earlier one, its course, and its columns. */
export function MonitorPage({ monitor }: { monitor: string }) {
  const { segment, run } = useSearch({ strict: false }) as DriftSearch;
  const watched = { monitor, segment };
  const { data, error, refetch } = useDriftRun(watched, run);
  useEffect(() => {
    document.title = `${monitor} · Drift · PyFlare`;
  }, [monitor]);
  if (error && !data) {
    return error instanceof ApiError && error.status === 404 && !run ? (
      <NotHere watched={watched} />
    ) : (
      <ErrorState title="This run could not be loaded" error={error} onRetry={() => void refetch()} />
    );
  }
  return data ? <Run watched={watched} run={data} /> : <TableSkeleton columns={4} />;
}

function Run({ watched, run }: { watched: Watched; run: DriftRun }) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as DriftSearch;
  const show = (change: DriftSearch) =>
    void navigate({ to: ".", search: (before: object) => ({ ...before, ...change }), replace: true });
  const at = Math.max(
    0,
    run.columns.findIndex(({ column }) => column === search.column),
  );
  const column = run.columns[at];
  const move = (step: number) => {
    const next = run.columns[Math.max(0, Math.min(run.columns.length - 1, at + step))];
    if (next) show({ column: next.column });
  };
  useHotkeys([
    { keys: "j", label: "Next column", group: "Drift", run: () => move(1) },
    { keys: "k", label: "Previous column", group: "Drift", run: () => move(-1) },
    {
      keys: "escape",
      label: "All monitors",
      group: "Drift",
      run: () => void navigate({ to: "/drift/{-$monitor}", params: { monitor: undefined } }),
    },
  ]);
  return (
    <div className={overview.page}>
      <RunHeader run={run} earlier={search.run !== undefined} onLatest={() => show({ run: undefined })} />
      <CourseCard
        watched={watched}
        column={search.column}
        run={run.run_id}
        onRun={(id) => show({ run: id })}
      />
      <div className={styles.pair}>
        <ColumnsCard
          columns={run.columns}
          chosen={column?.column}
          onChoose={(name) => show({ column: name })}
        />
        {column && <ColumnCard key={column.column} watched={watched} run={run.run_id} column={column} />}
      </div>
    </div>
  );
}
