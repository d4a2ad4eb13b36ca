import { useMemo } from "react";
import { type CostSummary, useCostsOverTime } from "@/api/costs";
import { useMetrics } from "@/api/metrics";
import { ChartFrame } from "@/charts/ChartFrame";
import { Skeleton } from "@/design";
import { cost, duration, toMillis } from "@/format";
import { usePreferences } from "@/state/preferences";
import { useScope } from "@/state/scope";
import { useRangeMoves } from "@/state/useRange";
import styles from "./Costs.module.css";
import { DAY_MS, Plot } from "./Plot";
import { type Stacks, stacksOf, stepOf } from "./stacks";

const TITLE = "Spend";
const BAR = { width: 0.8, offset: 0.1 };

/** What was spent by hour or day, by model. What is dragged over becomes the range of every screen. */
export function SpendChart({ summary }: { summary: CostSummary | undefined }) {
  const step = stepOf(summary);
  const { data: grouped } = useCostsOverTime(step);
  const { data: metrics } = useMetrics();
  const stacks = useMemo(() => {
    if (!summary || !grouped || !metrics) return null;
    const range = { start: toMillis(metrics.start_time), end: toMillis(metrics.end_time) };
    return stacksOf(summary, grouped, range);
  }, [summary, grouped, metrics]);
  if (summary && !summary.total_cost_usd) {
    const why = summary.total_cost_usd === null ? "No call has a price." : "The calls cost nothing.";
    return (
      <ChartFrame title={TITLE}>
        <p className={styles.none}>{why}</p>
      </ChartFrame>
    );
  }
  return stacks ? (
    <Stacked stacks={stacks} />
  ) : (
    <ChartFrame title={TITLE}>
      <Skeleton width="100%" height={204} />
    </ChartFrame>
  );
}

function Stacked({ stacks: { times, stepMs, layers, totals } }: { stacks: Stacks }) {
  const { zone } = usePreferences();
  const { setRange } = useScope();
  const { zoomOut } = useRangeMoves();
  const byDay = stepMs >= DAY_MS;
  return (
    <Plot
      title={TITLE}
      times={times}
      stepMs={stepMs}
      zone={byDay ? "UTC" : zone}
      high={Math.max(...totals.map((total) => total ?? 0))}
      note={`per ${stepMs === DAY_MS ? "day" : stepMs < DAY_MS ? "hour" : duration(stepMs)}${byDay ? ", UTC" : ""}`}
      onRange={setRange}
      onReset={zoomOut}
      legend={(index) => [
        ...layers.map(({ label, color, values }) => ({
          label,
          color: `var(${color})`,
          value: index !== null && totals[index] === null ? cost(null) : cost(values[index ?? 0]),
          quiet: !values[index ?? 0],
        })),
        ...(index === null || layers.length < 2
          ? []
          : [{ label: "in all", color: "transparent", value: cost(totals[index]), sum: true }]),
      ]}
    >
      {(top) =>
        times.map((time, at) => {
          let floor = 0;
          return layers.map(({ label, color, values }) => {
            const height = (values[at] ?? 0) / top;
            if (height <= 0) return null;
            floor += height;
            return (
              <rect
                key={`${time} ${label}`}
                x={at + BAR.offset}
                y={floor - height}
                width={BAR.width}
                height={height}
                fill={`var(${color})`}
              />
            );
          });
        })
      }
    </Plot>
  );
}
