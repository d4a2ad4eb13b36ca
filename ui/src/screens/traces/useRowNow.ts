import { useMemo } from "react";
import { givenKey, type Scoring, shownOf, type Target } from "@/scoring/useScoring";
import { isSpan, type Row, rowKey } from "./rows";

export const targetOf = (row: Row): Target =>
  isSpan(row) ? { trace_id: row.trace_id, span_id: row.span_id } : { trace_id: row.trace_id };

/** Rows as they are now: with what arrived since they were loaded, and with the scores given here. */
export function useRowNow(changed: ReadonlyMap<string, Row>, given: Scoring["given"], name: string) {
  return useMemo(() => {
    const known = new WeakMap<Row, Row>();
    return (loaded: Row): Row => {
      const row = changed.get(rowKey(loaded)) ?? loaded;
      const judgement = given.get(givenKey(name, targetOf(row)));
      if (!judgement) return row;
      const before = known.get(row);
      if (before) return before;
      const { [name]: _, ...others } = row.scores;
      const shown = shownOf(judgement);
      const now = { ...row, scores: shown === null ? others : { ...others, [name]: shown } };
      known.set(row, now);
      return now;
    };
  }, [changed, given, name]);
}
