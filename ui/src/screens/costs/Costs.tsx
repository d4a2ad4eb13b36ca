import { ApiError } from "@/api/client";
import { useCosts } from "@/api/costs";
import { useInfo } from "@/api/info";
import { ErrorState } from "@/design";
import { FilterBar } from "@/filter/FilterBar";
import overview from "../overview/Overview.module.css";
import { BreakdownCard } from "./BreakdownCard";
import { BudgetsCard } from "./BudgetsCard";
import styles from "./Costs.module.css";
import { PLACES } from "./dimensions";
import { ForecastCard } from "./ForecastCard";
import { NoCalls } from "./NoCalls";
import { SpendChart } from "./SpendChart";
import { Tiles } from "./Tiles";
import { UnpricedCard } from "./UnpricedCard";

/** What calls cost, what they will cost, how budgets stand, and who spends it. */
export default function Costs() {
  const info = useInfo();
  const empty = info.data?.traces === 0;
  const costs = useCosts(!empty);
  if (costs.error && !costs.data) {
    const isFilter = costs.error instanceof ApiError && costs.error.code === "bad_filter";
    return (
      <div className={overview.page}>
        <FilterBar />
        <ErrorState
          title={isFilter ? "The filter cannot be used" : undefined}
          error={costs.error}
          onRetry={isFilter ? undefined : () => void costs.refetch()}
        />
      </div>
    );
  }
  const nothing = empty || (costs.data?.total_requests === 0 && !costs.isPlaceholderData);
  return (
    <div className={overview.page}>
      <FilterBar />
      {nothing ? <NoCalls empty={empty} /> : <Sums summary={costs.data} />}
      <div className={styles.pair}>
        <BudgetsCard />
        {!nothing && costs.data && costs.data.unpriced_requests > 0 && <UnpricedCard summary={costs.data} />}
      </div>
      {!nothing && (
        <section aria-label="Who spends it" className={overview.grid}>
          <h2 className="visually-hidden">Who spends it</h2>
          {PLACES.map((place) => (
            <BreakdownCard key={place} place={place} />
          ))}
        </section>
      )}
    </div>
  );
}

function Sums({ summary }: { summary: ReturnType<typeof useCosts>["data"] }) {
  return (
    <>
      <Tiles summary={summary} />
      <section aria-label="Over time" className={overview.grid}>
        <h2 className="visually-hidden">Over time</h2>
        <div className={styles.spend}>
          <SpendChart summary={summary} />
        </div>
        <ForecastCard />
      </section>
    </>
  );
}
