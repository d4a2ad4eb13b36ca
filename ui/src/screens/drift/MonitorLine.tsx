import { Link } from "@tanstack/react-router";
import type { DriftMonitor } from "@/api/drift";
import { fullTime, relative } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./Drift.module.css";
import { Standing, TrendIcon } from "./Standing";
import { Strip } from "./Strip";
import { columnsWords, effect, named, runsWords } from "./words";

/** A monitor as a row: the whole of it is a link. */
export function MonitorLine({ monitor: one, active }: { monitor: DriftMonitor; active: boolean }) {
  const { zone } = usePreferences();
  const { monitor, segment, status, trend, model_id, recent, threshold } = one;
  return (
    <Link
      to="/drift/{-$monitor}"
      params={{ monitor }}
      search={() => ({ segment: segment ?? undefined })}
      className={styles.line}
      data-active={active || undefined}
      ref={(node: HTMLAnchorElement | null) => {
        if (active) node?.scrollIntoView({ block: "nearest" });
      }}
    >
      <span className={styles.status}>
        <Standing status={status} />
      </span>
      <span className={styles.name}>
        <b className="truncate">{monitor}</b>
        <small className="truncate">{[segment, model_id].filter(Boolean).join(" · ") || "all data"}</small>
      </span>
      <Strip recent={recent} threshold={threshold} words={runsWords(one)} />
      <span
        className={styles.effect}
        title={`${named(one.effect_name)}; ${effect(threshold)} and more matters`}
      >
        {effect(one.effect_size)}
        <TrendIcon trend={trend} />
        {threshold !== null && <small>matters from {effect(threshold)}</small>}
      </span>
      <span className={styles.columns}>{columnsWords(one)}</span>
      <time dateTime={one.last_run} title={fullTime(one.last_run, zone)}>
        {relative(one.last_run)}
      </time>
    </Link>
  );
}
