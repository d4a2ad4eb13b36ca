import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { AlignedSpan, TraceComparison } from "@/api/comparison";
import { IconButton, Segmented, SplitPane } from "@/design";
import { count } from "@/format";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { PairDetail } from "./PairDetail";
import { PairTree } from "./PairTree";
import { countStandings, nextDifference, pairKey, standingOf, withParents } from "./pairs";
import type { ComparisonSearch } from "./TracesPage";
import styles from "./TracesPage.module.css";

type Shown = "all" | "differences";

/** The aligned spans, and beside them how the chosen pair differs. */
export function Aligned({ comparison }: { comparison: TraceComparison }) {
  const { pair } = useSearch({ strict: false }) as ComparisonSearch;
  const navigate = useNavigate();
  const tree = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Shown>("all");
  const { spans } = comparison;
  const counts = useMemo(() => countStandings(spans), [spans]);
  const rows = useMemo(() => (shown === "all" ? spans : withParents(spans)), [spans, shown]);
  const longestNs = useMemo(() => longest(spans), [spans]);
  const first = spans.find((span) => standingOf(span) !== "same") ?? spans[0];
  const chosen = spans.find((span) => pairKey(span) === pair) ?? first;
  const choose = (span: AlignedSpan) =>
    void navigate({
      to: ".",
      search: (before: object) => ({ ...before, pair: pairKey(span) }),
      replace: true,
    });
  const go = (step: 1 | -1) => {
    const at = nextDifference(spans, chosen ? spans.indexOf(chosen) : -1, step);
    const span = at === null ? undefined : spans[at];
    if (span) choose(span);
  };
  useHotkeys([
    { keys: "n", label: "Next difference", group: "Compare", run: () => go(1) },
    { keys: "p", label: "Previous difference", group: "Compare", run: () => go(-1) },
  ]);
  const differences = counts.changed + counts.added + counts.removed;
  return (
    <div className={styles.aligned}>
      <div className={styles.bar}>
        <Segmented<Shown>
          label="Spans shown"
          value={shown}
          onChange={setShown}
          options={[
            { value: "all", label: `All ${count(spans.length)}` },
            { value: "differences", label: `Differences ${count(differences)}` },
          ]}
        />
        <span>
          {count(counts.changed)} changed, {count(counts.removed)} only in A, {count(counts.added)} only in B
          {comparison.truncated && "; the traces are too large to be aligned whole"}
        </span>
        <span className={styles.gap} />
        <IconButton label="Previous difference" keys="p" disabled={differences === 0} onClick={() => go(-1)}>
          <ChevronUp />
        </IconButton>
        <IconButton label="Next difference" keys="n" disabled={differences === 0} onClick={() => go(1)}>
          <ChevronDown />
        </IconButton>
      </div>
      <SplitPane
        name="compare"
        label="Width of the tree"
        initial={0.5}
        first={
          <div className={styles.tree}>
            {differences === 0 && (
              <p className={styles.alike}>Structure and content are alike; only times differ.</p>
            )}
            <PairTree
              spans={rows}
              chosen={chosen && pairKey(chosen)}
              longestNs={longestNs}
              treeRef={tree}
              onChoose={choose}
            />
          </div>
        }
        second={
          chosen && (
            <PairDetail
              key={pairKey(chosen)}
              pair={chosen}
              traceA={comparison.a.trace_id}
              traceB={comparison.b.trace_id}
            />
          )
        }
      />
    </div>
  );
}

function longest(spans: readonly AlignedSpan[]): number {
  return spans.reduce((most, span) => Math.max(most, span.a_duration_ns ?? 0, span.b_duration_ns ?? 0), 0);
}
