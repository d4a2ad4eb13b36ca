import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type DriftMonitor, useDriftMonitors } from "@/api/drift";
import { ErrorState, TableSkeleton } from "@/design";
import { count } from "@/format";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import overview from "../overview/Overview.module.css";
import styles from "./Drift.module.css";
import { MonitorLine } from "./MonitorLine";
import { NoMonitors } from "./NoMonitors";
import { COLORS, MEANINGS, STANDINGS } from "./words";

/** All monitors, the worst first: once for each part of the data they look at. */
export function MonitorList() {
  const { data, error, refetch } = useDriftMonitors();
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TableSkeleton columns={5} />;
  if (data.monitors.length === 0) return <NoMonitors />;
  return (
    <div className={overview.page}>
      <Standings monitors={data.monitors} />
      <Monitors monitors={data.monitors} />
      {data.total > data.monitors.length && (
        <p className={styles.small}>
          These are the {count(data.monitors.length)} worst of {count(data.total)}.
        </p>
      )}
    </div>
  );
}

/** How many stand how. */
function Standings({ monitors }: { monitors: readonly DriftMonitor[] }) {
  return (
    <section aria-label="Numbers" className={styles.standings}>
      <h2 className="visually-hidden">Numbers</h2>
      {STANDINGS.map((standing) => {
        const number = monitors.filter(({ status }) => status === standing).length;
        return (
          <div key={standing} className={styles.standing} title={MEANINGS[standing]}>
            <h3>
              <i style={{ background: COLORS[standing] }} aria-hidden="true" />
              {standing}
            </h3>
            <b data-none={number === 0 || undefined}>{count(number)}</b>
          </div>
        );
      })}
    </section>
  );
}

function Monitors({ monitors }: { monitors: readonly DriftMonitor[] }) {
  const navigate = useNavigate();
  const [active, setActive] = useState(-1);
  const move = (step: number) => setActive(Math.max(0, Math.min(monitors.length - 1, active + step)));
  const open = () => {
    const one = monitors[active];
    if (!one) return;
    const { monitor, segment } = one;
    void navigate({
      to: "/drift/{-$monitor}",
      params: { monitor },
      search: () => ({ segment: segment ?? undefined }),
    });
  };
  useHotkeys([
    { keys: "j", label: "Next monitor", group: "Drift", run: () => move(1) },
    { keys: "k", label: "Previous monitor", group: "Drift", run: () => move(-1) },
    { keys: "enter", label: "Open the monitor", group: "Drift", disabled: active < 0, run: open },
  ]);
  return (
    <section aria-label="Monitors" className={styles.monitors}>
      <h2 className="visually-hidden">Monitors</h2>
      <div className={styles.heads} aria-hidden>
        <span>Status</span>
        <span>Monitor</span>
        <span>Runs, the latest last</span>
        <span>Effect</span>
        <span>Columns</span>
        <span>Last run</span>
      </div>
      <ul>
        {monitors.map((one, index) => (
          <li key={JSON.stringify([one.monitor, one.segment])}>
            <MonitorLine monitor={one} active={index === active} />
          </li>
        ))}
      </ul>
    </section>
  );
}
