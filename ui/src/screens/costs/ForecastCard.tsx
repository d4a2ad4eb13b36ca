import { type CostForecast, type SpendBounds, useForecast, useSpentSince } from "@/api/costs";
import { ChartFrame } from "@/charts/ChartFrame";
import { ErrorState, Skeleton } from "@/design";
import { cost, count } from "@/format";
import styles from "./Costs.module.css";
import { ForecastChart } from "./ForecastChart";
import { dayWords, PAST_DAYS, sinceDay } from "./forecastDays";
import { between, errorWords, sentence } from "./words";

const TITLE = "Forecast";
export const FORECAST_DAYS = 30;

/** Spend to come, how sure that is, and how wrong such forecasts were; or why there is none. */
export function ForecastCard() {
  const { data, error, refetch } = useForecast(FORECAST_DAYS);
  const past = useSpentSince(data && sinceDay(data.today, PAST_DAYS));
  if (error && !data) {
    return (
      <ChartFrame title={TITLE}>
        <ErrorState title="There is no forecast" error={error} onRetry={() => void refetch()} />
      </ChartFrame>
    );
  }
  if (!data) {
    return (
      <ChartFrame title={TITLE}>
        <Skeleton width="100%" height={204} />
      </ChartFrame>
    );
  }
  if (!data.month || !data.horizon || data.days.length === 0) {
    return (
      <ChartFrame title={TITLE}>
        <div className={styles.none}>
          <b>Too little history for a forecast</b>
          <p>{sentence(data.reason)}</p>
        </div>
      </ChartFrame>
    );
  }
  return (
    <div className={styles.forecast}>
      <ForecastChart forecast={data} past={past.data?.by_period ?? []} />
      <dl className={styles.expected}>
        <Expected
          label={`To the end of ${dayWords(data.month_end ?? data.today)}, this month`}
          bounds={data.month}
        >
          {cost(data.spent_month_usd)} spent
        </Expected>
        <Expected label={`The next ${FORECAST_DAYS} days`} bounds={data.horizon} />
      </dl>
      <p className={styles.small}>{errorWords(data)}</p>
      <p className={styles.small}>{scopeWords(data)}</p>
    </div>
  );
}

interface ExpectedProps {
  label: string;
  bounds: SpendBounds;
  children?: React.ReactNode;
}

function Expected({ label, bounds, children }: ExpectedProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <b>{cost(bounds.expected_usd)}</b>{" "}
        <span title={`95 %: ${cost(bounds.low_95_usd)} to ${cost(bounds.high_95_usd)}`}>
          80 %: {between(bounds)}
        </span>
        {children && <span> · {children}</span>}
      </dd>
    </div>
  );
}

/** What the forecast is of, and what it leaves out. */
function scopeWords({ unpriced_requests, requests, observed_days }: CostForecast): string {
  const left = unpriced_requests
    ? ` ${count(unpriced_requests)} of ${count(requests)} calls have no price and are left out.`
    : "";
  return `From ${count(observed_days)} days of history. It follows the filter, not the range of time; days are in UTC.${left}`;
}
