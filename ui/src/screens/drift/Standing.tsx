import { TrendingDown, TrendingUp } from "lucide-react";
import type { DriftMonitor, DriftStanding } from "@/api/drift";
import { Badge } from "@/design";
import styles from "./Drift.module.css";
import { MEANINGS, TONES } from "./words";

/** Whether something has moved, in a word. */
export function Standing({ status }: { status: DriftStanding }) {
  return (
    <Badge tone={TONES[status]} title={MEANINGS[status]}>
      {status}
    </Badge>
  );
}

/** Whether the effect grows or shrinks from run to run; nothing where it is steady. */
export function TrendIcon({ trend }: { trend: DriftMonitor["trend"] }) {
  if (trend !== "increasing" && trend !== "decreasing") return null;
  const Icon = trend === "increasing" ? TrendingUp : TrendingDown;
  return (
    <span className={styles.trend} data-trend={trend} title={`The effect is ${trend} from run to run.`}>
      <Icon aria-hidden />
      <span className="visually-hidden">{trend}</span>
    </span>
  );
}
