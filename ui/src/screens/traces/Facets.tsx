import { useState } from "react";
import { ApiError } from "@/api/client";
import { useFacets } from "@/api/facets";
import type { Of } from "@/api/filters";
import { ErrorState, Skeleton } from "@/design";
import type { FilterHandle } from "@/filter/useFilter";
import { remember, remembered } from "@/state/preferences";
import type { ScopeParams } from "@/state/scope";
import { FacetGroup } from "./FacetGroup";
import styles from "./Facets.module.css";

interface FacetsProps {
  of: Of;
  params: ScopeParams;
  filter: FilterHandle;
  refreshMs: number | undefined;
}

const SHOWN = 8;
const OPEN_AT_FIRST = 5;

/** What the fields hold, and how often. A click filters; the other button excludes. */
export function Facets({ of, params, filter, refreshMs }: FacetsProps) {
  const { data, error, refetch } = useFacets(of, params, { limit: SHOWN, refreshMs });
  const [folds, setFolds] = useState(() => remembered<Record<string, boolean>>("facets", {}));
  if (error && !data) return <Unavailable error={error} onRetry={() => void refetch()} />;
  if (!data) return <Waiting />;
  const shown = data.facets.filter((facet) => facet.distinct > 0 || filter.filter.includes(facet.field));
  const fold = (field: string, open: boolean) => {
    const next = { ...folds, [field]: open };
    setFolds(next);
    remember("facets", next);
  };
  return (
    <div className={styles.facets}>
      {shown.map((facet, index) => (
        <FacetGroup
          key={facet.field}
          of={of}
          params={params}
          facet={facet}
          total={data.total}
          filter={filter}
          open={folds[facet.field] ?? index < OPEN_AT_FIRST}
          onOpen={(open) => fold(facet.field, open)}
        />
      ))}
      {data.sampled && <p className={styles.note}>Counts are estimated from a sample.</p>}
    </div>
  );
}

/** The list beside it says what is wrong with a filter; anything else is said here. */
function Unavailable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiError && error.status === 400) return null;
  return <ErrorState error={error} onRetry={onRetry} />;
}

function Waiting() {
  return (
    <div className={styles.waiting} role="status" aria-label="Loading">
      {[70, 50, 62, 40, 66, 45, 58].map((width) => (
        <Skeleton key={width} width={`${width}%`} />
      ))}
    </div>
  );
}
