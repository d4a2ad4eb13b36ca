import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight } from "lucide-react";
import { useMemo } from "react";
import { useGroupComparison } from "@/api/comparison";
import { ErrorState, IconButton, TableSkeleton } from "@/design";
import { scopeParams, useScope } from "@/state/scope";
import { Side } from "../traces/Side";
import { FilterField } from "./FilterField";
import { Found } from "./Found";
import styles from "./Groups.module.css";
import { Presets } from "./Presets";

interface GroupsSearch {
  a?: string;
  b?: string;
}

/** Two groups of traces: in what they differ, ranked, and how sure that is. */
export function GroupsPage() {
  const { a, b } = useSearch({ strict: false }) as GroupsSearch;
  const { scope } = useScope();
  // The groups are filters themselves: of the scope only time, service and environment hold.
  const params = useMemo(() => scopeParams({ ...scope, filter: undefined }), [scope]);
  const navigate = useNavigate();
  const { data, error, refetch } = useGroupComparison(params, a, b);
  const setSearch = (change: object) =>
    void navigate({ to: ".", search: (before: object) => ({ ...before, ...change }) });
  return (
    <div className={styles.page}>
      <div className={styles.fields}>
        <FilterField
          label="Group A"
          side={<Side side="a" />}
          filter={a ?? ""}
          placeholder="The traces in question, such as status = error"
          onFilter={(filter) => setSearch({ a: filter || undefined })}
        />
        <IconButton label="Swap A and B" disabled={!a || !b} onClick={() => setSearch({ a: b, b: a })}>
          <ArrowLeftRight />
        </IconButton>
        <FilterField
          label="Group B"
          side={<Side side="b" />}
          filter={b ?? ""}
          placeholder="Everything else"
          onFilter={(filter) => setSearch({ b: filter || undefined })}
        />
      </div>
      <div className={styles.scroller}>
        <Presets
          open={!a}
          onTake={(preset) =>
            setSearch({
              a: preset.a,
              b: preset.b || undefined,
              ...(preset.allTime ? { start: undefined, end: undefined } : {}),
            })
          }
        />
        {a &&
          (error ? (
            <ErrorState title="These groups cannot be compared" error={error} onRetry={refetch} />
          ) : data ? (
            <Found comparison={data} a={a} b={b} />
          ) : (
            <TableSkeleton />
          ))}
      </div>
    </div>
  );
}
