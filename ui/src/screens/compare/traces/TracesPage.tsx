import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight, GitCompareArrows } from "lucide-react";
import { useTraceComparison } from "@/api/comparison";
import { EmptyState, ErrorState, IconButton, TableSkeleton } from "@/design";
import { useTrace } from "@/screens/trace/queries";
import { Aligned } from "./Aligned";
import { Summary } from "./Summary";
import { TracePicker } from "./TracePicker";
import styles from "./TracesPage.module.css";

export interface ComparisonSearch {
  a?: string;
  b?: string;
  pair?: string;
}

/** Two traces: what they amount to, where they differ, and how the chosen spans differ. */
export function TracesPage() {
  const { a, b } = useSearch({ strict: false }) as ComparisonSearch;
  const navigate = useNavigate();
  const { data, error, refetch } = useTraceComparison(a, b);
  const setSearch = (change: ComparisonSearch) =>
    void navigate({ to: ".", search: (before: object) => ({ ...before, pair: undefined, ...change }) });
  return (
    <div className={styles.page}>
      <div className={styles.pickers}>
        <Picker side="a" id={a} onPick={(id) => setSearch({ a: id })} />
        <IconButton label="Swap A and B" disabled={!a && !b} onClick={() => setSearch({ a: b, b: a })}>
          <ArrowLeftRight />
        </IconButton>
        <Picker side="b" id={b} onPick={(id) => setSearch({ b: id })} />
      </div>
      {!a || !b ? (
        <EmptyState icon={<GitCompareArrows />} title="Choose two traces">
          Their spans are matched by structure; what was added, removed or changed is marked. Traces of the
          same kind compare best: one that failed and one that did not, before a change and after it.
        </EmptyState>
      ) : error ? (
        <ErrorState title="These traces cannot be compared" error={error} onRetry={refetch} />
      ) : data ? (
        <>
          <Summary comparison={data} />
          <Aligned key={`${a} ${b}`} comparison={data} />
        </>
      ) : (
        <TableSkeleton />
      )}
    </div>
  );
}

function Picker({
  side,
  id,
  onPick,
}: {
  side: "a" | "b";
  id: string | undefined;
  onPick: (id: string) => void;
}) {
  return id ? (
    <Named side={side} id={id} onPick={onPick} />
  ) : (
    <TracePicker side={side} trace={undefined} onPick={onPick} />
  );
}

function Named({ side, id, onPick }: { side: "a" | "b"; id: string; onPick: (id: string) => void }) {
  const { data } = useTrace(id);
  return <TracePicker side={side} trace={data} onPick={onPick} />;
}
