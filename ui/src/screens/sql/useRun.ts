import { useCallback, useRef, useState } from "react";
import { type QueryResult, runQuery } from "@/api/query";
import { keepRun, type Run, readHistory } from "./history";
import type { Statement } from "./statement";

/** The state of running statements: one at a time, the last result stays until the next is there. */
export interface RunState {
  running: Statement | null;
  /** The statement that `result` and `error` belong to. */
  done: Statement | null;
  result: QueryResult | null;
  error: unknown;
}

const IDLE: RunState = { running: null, done: null, result: null, error: null };

export function useRun() {
  const [state, setState] = useState<RunState>(IDLE);
  const [history, setHistory] = useState<Run[]>(readHistory);
  const abort = useRef<AbortController>(null);
  const cancel = useCallback(() => {
    abort.current?.abort();
    abort.current = null;
    setState((before) => ({ ...before, running: null }));
  }, []);
  const run = useCallback(async (statement: Statement, limit: number) => {
    abort.current?.abort();
    const own = new AbortController();
    abort.current = own;
    setState((before) => ({ ...before, running: statement }));
    let next: RunState;
    try {
      const result = await runQuery(statement.sql, limit, own.signal);
      next = { running: null, done: statement, result, error: null };
    } catch (error) {
      next = { running: null, done: statement, result: null, error };
    }
    if (abort.current !== own) return;
    setState(next);
    const { result } = next;
    setHistory(
      keepRun({
        sql: statement.sql,
        at: Date.now(),
        rows: result?.rows.length ?? null,
        ms: result?.execution_time_ms ?? null,
        failed: next.error !== null,
      }),
    );
  }, []);
  return { state, history, setHistory, run, cancel };
}
