import { type CostSummary, useFailedCosts } from "@/api/costs";
import { useMetrics } from "@/api/metrics";
import { Skeleton } from "@/design";
import { compact, cost, count, percent, tokens } from "@/format";
import { type Delta, delta, deltaTitle } from "../overview/delta";
import tile from "../overview/Tiles.module.css";
import styles from "./Costs.module.css";

/** The sums of the scope. What has no price is said beside them, and never counted as nothing. */
export function Tiles({ summary }: { summary: CostSummary | undefined }) {
  const { data: metrics } = useMetrics();
  const { data: failed } = useFailedCosts();
  const before = metrics?.previous.cost_usd;
  const unpriced = summary?.unpriced_requests ?? 0;
  const share = shareOf(failed?.total_cost_usd, summary?.total_cost_usd);
  return (
    <section aria-label="Numbers" className={styles.tiles}>
      <h2 className="visually-hidden">Numbers</h2>
      <Tile
        label="Cost"
        value={summary && cost(summary.total_cost_usd)}
        change={delta(summary?.total_cost_usd, before, "less")}
        title={deltaTitle(before, cost)}
        note={costNote(summary)}
      />
      <Tile
        label="Calls"
        value={summary && compact(summary.total_requests)}
        note={`${tokens(summary?.total_input_tokens)} tokens in · ${tokens(summary?.total_output_tokens)} out`}
      />
      <Tile
        label="Cost per call"
        value={summary && cost(summary.average_cost_per_request_usd)}
        note="of calls that have a price"
      />
      <Tile
        label="Unpriced calls"
        value={summary && compact(unpriced)}
        warn={unpriced > 0}
        note={
          unpriced > 0
            ? `${percent(unpriced / (summary?.total_requests ?? 1))} of all calls`
            : "every call has a price"
        }
      />
      <Tile
        label="In failed traces"
        value={failed && cost(failed.total_cost_usd)}
        note={failedNote(failed, share)}
      />
    </section>
  );
}

interface TileProps {
  label: string;
  value: string | undefined;
  note: string;
  change?: Delta | null;
  title?: string;
  warn?: boolean;
}

function Tile({ label, value, note, change, title, warn }: TileProps) {
  return (
    <div className={`${tile.tile} ${styles.tile}`}>
      <h3 className={tile.label}>{label}</h3>
      <div className={tile.row}>
        <span className={tile.number} data-warn={warn || undefined}>
          {value ?? <Skeleton width={80} height={26} />}
        </span>
        {change && (
          <span className={tile.delta} data-good={change.good} title={title}>
            {change.text}
          </span>
        )}
      </div>
      <div className={tile.note} title={note}>
        {value === undefined ? <Skeleton width={110} /> : note}
      </div>
    </div>
  );
}

function costNote(summary: CostSummary | undefined): string {
  if (!summary) return "";
  if (summary.total_cost_usd === null) return "no call has a price";
  return summary.unpriced_requests > 0
    ? `without ${count(summary.unpriced_requests)} unpriced calls`
    : "all calls priced";
}

function failedNote(failed: CostSummary | undefined, share: number | null): string {
  if (!failed || failed.total_requests === 0) return "no trace with calls failed";
  return share === null ? "no call in them has a price" : `${percent(share)} of the cost`;
}

function shareOf(part: number | null | undefined, whole: number | null | undefined): number | null {
  return typeof part === "number" && whole ? part / whole : null;
}
