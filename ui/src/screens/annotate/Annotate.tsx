import { useNavigate, useSearch } from "@tanstack/react-router";
import { ErrorState, TableSkeleton } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { remember, remembered } from "@/state/preferences";
import { useScope } from "@/state/scope";
import styles from "./Annotate.module.css";
import { type AnnotateSearch, FIRST } from "./search";
import { useQueue } from "./useQueue";
import { Work } from "./Work";

/** A queue of traces to judge, one after the other, by keys. */
export default function Annotate() {
  const search = useSearch({ strict: false }) as AnnotateSearch;
  const navigate = useNavigate();
  const { params } = useScope();
  const setup = { ...FIRST, ...remembered<AnnotateSearch>("annotate", {}), ...search };
  const queue = useQueue(params, setup.name);
  const change = (next: AnnotateSearch) => {
    const now = { name: setup.name, scale: setup.scale, labels: setup.labels, ...next };
    remember("annotate", now);
    void navigate({ to: ".", search: (before: object) => ({ ...before, ...now }), replace: true });
  };
  const body = () => {
    if (queue.pages.isError) {
      return <ErrorState error={queue.pages.error} onRetry={() => void queue.pages.refetch()} />;
    }
    if (queue.pages.isPending) return <TableSkeleton rows={8} columns={2} />;
    return (
      <Work
        key={JSON.stringify([params, setup.name])}
        setup={setup}
        onSetup={change}
        traces={queue.traces}
        counts={queue.counts}
        hasMore={queue.pages.hasNextPage}
        onMore={() => {
          if (!queue.pages.isFetching) void queue.pages.fetchNextPage();
        }}
        onAgain={() => void queue.pages.refetch()}
      />
    );
  };
  return (
    <div className={styles.screen}>
      <div className={styles.top}>
        <FilterBar placeholder="Which traces: filter, or search for a word" />
      </div>
      {body()}
    </div>
  );
}
