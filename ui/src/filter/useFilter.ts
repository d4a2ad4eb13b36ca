import { useMemo } from "react";
import { useScope } from "@/state/scope";
import { toggleExcluded, toggleIncluded } from "./choices";
import { addClause, excludeClause, toggleClause } from "./clauses";
import { rememberFilter } from "./recents";

export interface FilterHandle {
  /** As it stands in the URL; empty for none. */
  filter: string;
  setFilter: (filter: string) => void;
  /** Narrow by one more part. */
  addClause: (clause: string) => void;
  /** Keep out what meets a part. */
  exclude: (clause: string) => void;
  /** Add a part, or take it away where it is there. */
  toggle: (clause: string) => void;
  /** Ask for a value of a field, or no longer; several values of a field mean any of them. Null is "missing". */
  toggleValue: (field: string, value: string | null) => void;
  /** Keep a value of a field out, or no longer. */
  excludeValue: (field: string, value: string | null) => void;
}

/** The filter of the scope, and ways to change it by its parts. */
export function useFilter(): FilterHandle {
  const { scope, setScope } = useScope();
  const filter = scope.filter ?? "";
  return useMemo(() => {
    const setFilter = (next: string) => {
      rememberFilter(next);
      if (next !== filter) setScope({ filter: next || undefined });
    };
    return {
      filter,
      setFilter,
      addClause: (clause) => setFilter(addClause(filter, clause)),
      exclude: (clause) => setFilter(excludeClause(filter, clause)),
      toggle: (clause) => setFilter(toggleClause(filter, clause)),
      toggleValue: (field, value) => setFilter(toggleIncluded(filter, field, value)),
      excludeValue: (field, value) => setFilter(toggleExcluded(filter, field, value)),
    };
  }, [filter, setScope]);
}
