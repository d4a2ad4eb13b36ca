import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTraceChoices } from "@/api/comparison";
import type { Trace } from "@/api/types";
import { Button, Popover, SearchInput, Spinner } from "@/design";
import { useDebounced } from "@/filter/useDebounced";
import { duration, time } from "@/format";
import { usePreferences } from "@/state/preferences";
import { previewText } from "../../traces/preview";
import { Side } from "./Side";
import styles from "./TracePicker.module.css";

interface TracePickerProps {
  side: "a" | "b";
  trace: Trace | undefined;
  onPick: (traceId: string) => void;
}

/** Chooses one of the two traces: by its id, by a filter, or from the latest. */
export function TracePicker({ side, trace, onPick }: TracePickerProps) {
  const [open, setOpen] = useState(false);
  const { zone } = usePreferences();
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button className={styles.trigger}>
          <span className="visually-hidden">Trace </span>
          <Side side={side} />
          {trace ? (
            <>
              <b className="truncate">{trace.operation_name ?? trace.trace_id.slice(0, 8)}</b>
              <span className={styles.faint}>{time(trace.start_time, zone)}</span>
              <code className={styles.id}>{trace.trace_id.slice(0, 8)}</code>
            </>
          ) : (
            <span className={styles.faint}>Choose a trace</span>
          )}
          <ChevronDown aria-hidden />
        </Button>
      }
    >
      <Choices
        onPick={(traceId) => {
          setOpen(false);
          onPick(traceId);
        }}
      />
    </Popover>
  );
}

function Choices({ onPick }: { onPick: (traceId: string) => void }) {
  const [text, setText] = useState("");
  const { zone } = usePreferences();
  const { data, error, isFetching } = useTraceChoices(useDebounced(text, 250), true);
  return (
    <div role="dialog" aria-label="Choose a trace" className={styles.choices}>
      <SearchInput
        label="Trace id, or a filter"
        placeholder="Id, or a filter such as status = error"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          const first = data?.[0];
          if (event.key === "Enter" && first) onPick(first.trace_id);
        }}
      />
      <p className={styles.hint}>
        {error ? error.message : text === "" ? "The latest traces" : "What was found"}{" "}
        {isFetching && <Spinner />}
      </p>
      {!error && (
        <ul>
          {data?.map((trace) => (
            <li key={trace.trace_id}>
              <button type="button" className={styles.choice} onClick={() => onPick(trace.trace_id)}>
                <span
                  className={styles.dot}
                  data-status={trace.status}
                  role="img"
                  aria-label={trace.status}
                />
                <b className="truncate">{trace.operation_name ?? trace.trace_id.slice(0, 8)}</b>
                <span className={styles.faint}>{duration(trace.duration_ms)}</span>
                <span className={styles.faint}>{time(trace.start_time, zone)}</span>
                <small className="truncate">{trace.input_preview && previewText(trace.input_preview)}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
