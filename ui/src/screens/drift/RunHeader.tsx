import { Link } from "@tanstack/react-router";
import { ChevronLeft, Download } from "lucide-react";
import { address } from "@/api/client";
import type { DriftRun } from "@/api/drift";
import { Button, Fact, Facts, PageHead } from "@/design";
import { count, fullTime, percent, relative, timeRange } from "@/format";
import { usePreferences } from "@/state/preferences";
import styles from "./Drift.module.css";
import { Segments } from "./Segments";
import { Standing, TrendIcon } from "./Standing";
import { pValue } from "./words";

interface RunHeaderProps {
  run: DriftRun;
  /** Whether it is an earlier run than the latest. */
  earlier: boolean;
  onLatest: () => void;
}

/** Which monitor and run it is, how it stands, and what was compared with what. */
export function RunHeader({ run, earlier, onLatest }: RunHeaderProps) {
  const { zone } = usePreferences();
  return (
    <header className={styles.header}>
      <PageHead
        back={
          <Link to="/drift/{-$monitor}" params={{ monitor: undefined }} aria-label="All monitors">
            <ChevronLeft aria-hidden />
          </Link>
        }
        title={run.monitor}
      >
        <Standing status={run.status} />
        <TrendIcon trend={run.trend} />
        <Segments monitor={run.monitor} segment={run.segment} />
        <a
          className={styles.report}
          href={address(`/drift-monitors/${encodeURIComponent(run.monitor)}/report`, {
            segment: run.segment,
            run_id: earlier ? run.run_id : undefined,
          })}
          download
        >
          <Download aria-hidden />
          Report
        </a>
        {earlier && (
          <Button size="sm" onClick={onLatest}>
            Latest run
          </Button>
        )}
      </PageHead>
      {run.explanation && <p className={styles.explanation}>{run.explanation}</p>}
      <Facts>
        <Fact name={earlier ? "This run" : "Last run"}>
          <time dateTime={run.timestamp} title={fullTime(run.timestamp, zone)}>
            {fullTime(run.timestamp, zone).slice(0, 16)}
          </time>
          <small>{relative(run.timestamp)}</small>
        </Fact>
        <Fact name="Reference">
          {timeRange(run.reference_start, run.reference_end, zone)}
          <small>
            {count(run.n_reference)} rows{run.reference_version && `, version ${run.reference_version}`}
          </small>
        </Fact>
        <Fact name="Current">
          <Link
            to="/traces"
            search={() => ({
              start: run.current_start ?? undefined,
              end: run.current_end ?? undefined,
              filter: run.segment ?? undefined,
            })}
            title="All traces of this time and segment"
          >
            {timeRange(run.current_start, run.current_end, zone)}
          </Link>
          <small>{count(run.n_current)} rows</small>
        </Fact>
        {run.model_id && <Fact name="Model">{run.model_id}</Fact>}
        <Fact name="Drift of">{run.drift_type}</Fact>
        {run.alpha !== null && (
          <Fact name="False alarm in this look">
            {run.alpha < 0.001 ? pValue(run.alpha) : percent(run.alpha)}
          </Fact>
        )}
      </Facts>
      {run.notes.map((note) => (
        <p key={note} className={styles.small}>
          {note}
        </p>
      ))}
    </header>
  );
}
