import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useHistogram } from "@/api/facets";
import type { Of } from "@/api/filters";
import { Dialog } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import { useFilter } from "@/filter/useFilter";
import type { LiveStatus } from "@/live/connection";
import { remember, remembered } from "@/state/preferences";
import { useScope } from "@/state/scope";
import { Facets } from "./Facets";
import { Histogram } from "./Histogram";
import { NEWEST_FIRST, type TracesSearch } from "./search";
import { Toolbar } from "./Toolbar";
import styles from "./Traces.module.css";
import { TraceTable } from "./TraceTable";
import { useColumns } from "./useColumns";
import { useMedia } from "./useMedia";

const LIVE_REFRESH_MS = 5_000;
const POINTS = 120;
const FEW_POINTS = 48;

/** All traces, or all spans: what is there, when it was, and a table of it. */
export default function Traces() {
  const search = useSearch({ strict: false }) as TracesSearch;
  const navigate = useNavigate();
  const { params, live, setRange } = useScope();
  const filter = useFilter();
  const small = useMedia("(max-width: 760px)");
  const scroller = useRef<HTMLDivElement>(null);
  const of: Of = search.mode ?? "traces";
  const refreshMs = live ? LIVE_REFRESH_MS : undefined;
  const histogram = useHistogram(of, params, small ? FEW_POINTS : POINTS, refreshMs);
  const [facets, setFacets] = useState(() => !small && remembered("facets.open", true));
  const [status, setStatus] = useState<LiveStatus | null>(null);

  const setSearch = (change: Partial<Record<keyof TracesSearch, string | undefined>>) =>
    void navigate({ to: ".", search: (before: object) => ({ ...before, ...change }), replace: true });
  const columns = useColumns({
    of,
    first: search.annotate === undefined ? undefined : "scores",
    named: search.columns,
    onNamed: (names) => setSearch({ columns: names }),
  });
  const toggleFacets = () => {
    setFacets(!facets);
    if (!small) remember("facets.open", !facets);
  };
  const annotate = (name: string | undefined) => {
    if (name) remember("annotate.name", name);
    setSearch({ annotate: name });
  };
  const toggleAnnotate = () =>
    annotate(search.annotate === undefined ? remembered("annotate.name", "quality") : undefined);
  const panel = <Facets of={of} params={params} filter={filter} refreshMs={refreshMs} />;
  return (
    <div className={styles.screen}>
      <div className={styles.top}>
        <FilterBar of={of} onDone={() => scroller.current?.focus({ preventScroll: true })} />
      </div>
      <div className={styles.middle}>
        {facets && !small && (
          <aside className={styles.panel} aria-label="Facets">
            {panel}
          </aside>
        )}
        <div className={styles.content}>
          {histogram.data && histogram.data.total > 0 && (
            <Histogram data={histogram.data} onRange={setRange} />
          )}
          <Toolbar
            of={of}
            onOf={(next) =>
              setSearch({ mode: next === "spans" ? next : undefined, sort: undefined, columns: undefined })
            }
            total={histogram.data?.total}
            columns={columns}
            facets={facets}
            onFacets={toggleFacets}
            annotating={search.annotate !== undefined}
            onAnnotate={toggleAnnotate}
            status={status}
          />
          <TraceTable
            of={of}
            order={search.sort ?? NEWEST_FIRST}
            columns={columns}
            filter={filter}
            cards={small}
            scroller={scroller}
            annotate={search.annotate}
            setSearch={(change) => ("annotate" in change ? annotate(change.annotate) : setSearch(change))}
            onFacets={toggleFacets}
            onAnnotate={toggleAnnotate}
            onStatus={setStatus}
          />
        </div>
      </div>
      <Dialog title="Facets" open={facets && small} onClose={toggleFacets} size="lg">
        {panel}
      </Dialog>
    </div>
  );
}
