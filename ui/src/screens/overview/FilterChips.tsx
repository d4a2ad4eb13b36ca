import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Filter, X } from "lucide-react";
import { get } from "@/api/client";
import type { FilterCheck } from "@/api/types";
import { Button, IconButton } from "@/design";
import { useScope } from "@/state/scope";
import { without } from "./clauses";
import styles from "./FilterChips.module.css";

/** The parts of the filter in force, each with a way to take it away. */
export function FilterChips() {
  const { scope, setScope } = useScope();
  const filter = scope.filter;
  const { data } = useQuery({
    queryKey: ["filter-check", filter],
    queryFn: ({ signal }) => get<FilterCheck>("/filter/check", { text: filter }, signal),
    enabled: filter !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  if (!filter) return null;
  const clauses = data?.valid ? data.clauses.map((clause) => clause.text) : [filter];
  return (
    <section aria-label="Filter" className={styles.chips}>
      <Filter aria-hidden />
      {clauses.map((clause) => (
        <span key={clause} className={styles.chip}>
          <code className="truncate">{clause}</code>
          <IconButton
            label={`Take away ${clause}`}
            size="sm"
            onClick={() => setScope({ filter: without(clauses, clause) })}
          >
            <X />
          </IconButton>
        </span>
      ))}
      <Button variant="ghost" size="sm" onClick={() => setScope({ filter: undefined })}>
        Clear
      </Button>
    </section>
  );
}
