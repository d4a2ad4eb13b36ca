import { Calendar } from "lucide-react";
import { useState } from "react";
import { Button, Popover } from "@/design";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { usePreferences } from "@/state/preferences";
import { useScope } from "@/state/scope";
import { useRangeMoves } from "@/state/useRange";
import { RangeForm } from "./RangeForm";
import styles from "./RangePicker.module.css";
import { RANGES, rangeLabel } from "./ranges";

/** The range of time of all screens: presets, a written range, and keys to move through time. */
export function RangePicker() {
  const { scope, setScope } = useScope();
  const { zone } = usePreferences();
  const [open, setOpen] = useState(false);
  const { zoomOut, shift, all } = useRangeMoves();
  useHotkeys([
    { keys: "t", label: "Choose the range of time", group: "Time", run: () => setOpen(true) },
    { keys: "-", label: "Zoom out", group: "Time", run: zoomOut },
    { keys: "[", label: "Earlier", group: "Time", run: () => shift(-1) },
    { keys: "]", label: "Later", group: "Time", run: () => shift(1) },
    { keys: "0", label: "All time", group: "Time", run: all },
  ]);
  const choose = (start: string | undefined, end: string | undefined) => {
    setOpen(false);
    setScope(end ? { start, end, live: undefined } : { start, end });
  };
  const label = rangeLabel(scope, zone);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      trigger={
        <Button icon={<Calendar />} aria-label={`Range of time: ${label}`}>
          <span className={styles.label}>{label}</span>
        </Button>
      }
    >
      <div className={styles.panel} role="dialog" aria-label="Range of time">
        <ul className={styles.presets}>
          {RANGES.map((range) => (
            <li key={range.label}>
              <button
                type="button"
                className={styles.preset}
                aria-pressed={!scope.end && scope.start === range.start}
                onClick={() => choose(range.start, undefined)}
              >
                {range.label}
              </button>
            </li>
          ))}
        </ul>
        <RangeForm scope={scope} zone={zone} onChoose={choose} />
      </div>
    </Popover>
  );
}
