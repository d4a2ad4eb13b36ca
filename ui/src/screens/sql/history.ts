import { remember, remembered } from "@/state/preferences";

/** A statement that was run in this browser. */
export interface Run {
  sql: string;
  /** Milliseconds since 1970. */
  at: number;
  rows: number | null;
  ms: number | null;
  failed: boolean;
}

const KEY = "sql.history";
const MOST = 100;

export const readHistory = (): Run[] => remembered<Run[]>(KEY, []);

/** Put a run in front; an earlier run of the same statement goes. */
export function withRun(history: readonly Run[], run: Run): Run[] {
  return [run, ...history.filter((one) => one.sql !== run.sql)].slice(0, MOST);
}

export function keepRun(run: Run): Run[] {
  const next = withRun(readHistory(), run);
  remember(KEY, next);
  return next;
}

export function clearHistory(): void {
  remember(KEY, []);
}

/**
 * Whether a statement that stands in the address may run without asking.
 *
 * It can only read, and only this folder. But a link from elsewhere could make the machine work hard, so that what
 * was never run in this browser is shown first, and run when the user says so.
 */
export function isKnown(sql: string, history: readonly Run[]): boolean {
  return history.some((run) => run.sql === sql.trim());
}
