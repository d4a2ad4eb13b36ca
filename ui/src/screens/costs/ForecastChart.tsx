import type { CostForecast, CostSummary, ForecastDay } from "@/api/costs";
import { cost } from "@/format";
import styles from "./Costs.module.css";
import { seriesOf } from "./forecastDays";
import { DAY_MS, Plot } from "./Plot";

const SPENT = "var(--series-2)";
const EXPECTED = "var(--series-1)";

interface ForecastChartProps {
  forecast: CostForecast;
  past: CostSummary["by_period"];
}

/** The days before today as bars; from today on what is expected as a line, and the bands it lies in. */
export function ForecastChart({ forecast, past }: ForecastChartProps) {
  const { times, today, spent } = seriesOf(forecast, past);
  const dayAt = (index: number | null) => (index === null ? undefined : forecast.days[index - today]?.spend);
  const high = Math.max(
    ...spent.map((one) => one ?? 0),
    ...forecast.days.map(({ spend }) => spend.high_95_usd),
  );
  return (
    <Plot
      title="Forecast"
      times={times}
      stepMs={DAY_MS}
      zone="UTC"
      high={high}
      note="per day, UTC"
      legend={(index) => {
        const spend = dayAt(index);
        return [
          { label: "spent", color: SPENT, value: cost(spent[index ?? 0]), quiet: spent[index ?? 0] === null },
          { label: "expected", color: EXPECTED, value: cost(spend?.expected_usd), quiet: !spend },
          {
            label: "80 %",
            color: fading(46),
            value: bandWords(spend?.low_80_usd, spend?.high_80_usd),
            quiet: !spend,
          },
          {
            label: "95 %",
            color: fading(22),
            value: bandWords(spend?.low_95_usd, spend?.high_95_usd),
            quiet: !spend,
          },
        ];
      }}
    >
      {(top) => (
        <>
          {spent.map((one, at) =>
            one ? (
              <rect
                key={times[at]}
                x={at + 0.1}
                y={0}
                width={0.8}
                height={one / top}
                fill={SPENT}
                opacity={at === today ? 0.6 : 1}
              />
            ) : null,
          )}
          <Bands days={forecast.days} today={today} top={top} />
        </>
      )}
    </Plot>
  );
}

/** The bands from the widest in, and the line through what is expected. */
function Bands({ days, today, top }: { days: readonly ForecastDay[]; today: number; top: number }) {
  const x = (at: number) => today + at + 0.5;
  const line = (of: (day: ForecastDay) => number) =>
    days.map((day, at) => `${x(at)} ${Math.max(0, of(day)) / top}`);
  const band = (low: (day: ForecastDay) => number, high: (day: ForecastDay) => number) =>
    `M${[...line(high), ...line(low).reverse()].join("L")}Z`;
  return (
    <>
      <path
        d={band(
          (one) => one.spend.low_95_usd,
          (one) => one.spend.high_95_usd,
        )}
        fill={fading(22)}
      />
      <path
        d={band(
          (one) => one.spend.low_80_usd,
          (one) => one.spend.high_80_usd,
        )}
        fill={fading(30)}
      />
      <path
        className={styles.course}
        d={`M${line((one) => one.spend.expected_usd).join("L")}`}
        stroke={EXPECTED}
        vectorEffect="non-scaling-stroke"
      />
    </>
  );
}

const fading = (percent: number) => `color-mix(in srgb, ${EXPECTED} ${percent}%, transparent)`;

const bandWords = (low: number | undefined, high: number | undefined) =>
  low === undefined || high === undefined ? cost(null) : `${cost(low)} to ${cost(high)}`;
