import { useQueryClient } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { prefetchLook } from "@/api/peek";
import type { Trace } from "@/api/types";
import { Button, EmptyState } from "@/design";
import { isMark, type Mark, marksOf, readLabels } from "@/scoring/scale";
import { judgementOf, NO_JUDGEMENT, type Shown, shownOf, useScoring } from "@/scoring/useScoring";
import styles from "./Annotate.module.css";
import { Conversation, lastModelCall } from "./Conversation";
import { Progress } from "./Progress";
import { QueueList } from "./QueueList";
import { ScorePanel } from "./ScorePanel";
import { Setup } from "./Setup";
import type { AnnotateSearch } from "./search";
import { TraceHead } from "./TraceHead";
import { useAnnotateKeys } from "./useAnnotateKeys";
import { useNote } from "./useNote";

interface WorkProps {
  setup: Required<AnnotateSearch>;
  onSetup: (change: AnnotateSearch) => void;
  traces: readonly Trace[];
  counts: { all: number; left: number } | undefined;
  hasMore: boolean;
  onMore: () => void;
  onAgain: () => void;
}

const AHEAD = 10;

/** One trace of the queue, and its judging. */
export function Work({ setup, onSetup, traces, counts, hasMore, onMore, onAgain }: WorkProps) {
  const [at, setAt] = useState(0);
  const noteField = useRef<HTMLTextAreaElement>(null);
  const reading = useRef<HTMLDivElement>(null);
  const scoring = useScoring(setup.name);
  const marks = marksOf(setup.scale, readLabels(setup.labels));
  const trace = traces[at];
  const left = traces.length - at;
  useEffect(() => {
    if (hasMore && left < AHEAD) onMore();
  }, [hasMore, left, onMore]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another trace is read from its top.
  useEffect(() => {
    if (reading.current) reading.current.scrollTop = 0;
  }, [at]);

  const client = useQueryClient();
  const next = traces[at + 1];
  useEffect(() => {
    if (next) void prefetchLook(client, next, lastModelCall);
  }, [client, next]);

  const target = trace && { trace_id: trace.trace_id };
  const now = target && scoring.of(target);
  const given = (one: Trace): Shown | undefined => {
    const judgement = scoring.of({ trace_id: one.trace_id });
    return judgement ? shownOf(judgement) : one.scores[setup.name];
  };
  const shown = trace ? given(trace) : undefined;
  const chosen = marks.find((mark) => isMark(mark, now ? (now.value ?? now.word) : shown));
  const note = useNote(trace?.trace_id, now);
  const go = (to: number) => {
    note.leave();
    setAt(Math.min(traces.length, Math.max(0, to)));
  };
  const before = now ?? judgementOf(shown);

  const mark = ({ value, word }: Mark) => {
    if (!target) return;
    void scoring.give(target, { value, word, comment: note.comment }, before);
    setAt(at + 1);
  };
  const undo = async () => {
    const undone = await scoring.undo();
    const place = traces.findIndex((one) => one.trace_id === undone?.trace_id);
    if (place >= 0) setAt(place);
  };
  const noteKey = setup.scale === "yesno" ? "m" : "n";
  useAnnotateKeys({
    marks,
    noteKey,
    mark,
    retract: () => target && shown != null && void scoring.give(target, NO_JUDGEMENT, before),
    move: (by) => go(at + by),
    note: () => noteField.current?.focus(),
    undo: () => void undo(),
    open: () => trace && window.open(`/traces/${trace.trace_id}`, "_blank", "noopener"),
  });

  const scored = [...scoring.given.values()].filter((judgement) => shownOf(judgement) !== null).length;
  return (
    <div className={styles.work}>
      <div className={styles.reading} ref={reading}>
        {trace ? (
          <>
            <TraceHead trace={trace} />
            <Conversation key={trace.trace_id} trace={trace} />
          </>
        ) : (
          <EmptyState
            icon={<CheckCheck />}
            title={
              traces.length > 0 ? "That was the last one" : `Nothing is left to score as “${setup.name}”`
            }
            action={<Button onClick={onAgain}>Look for more</Button>}
          >
            {traces.length > 0
              ? "Go back with k, or undo with u."
              : "All traces that meet the filter have this score, or none meets it."}
          </EmptyState>
        )}
      </div>
      <aside className={styles.side} aria-label="Scoring">
        <Setup setup={setup} onChange={onSetup} />
        {counts && <Progress done={counts.all - counts.left + scored} all={counts.all} />}
        <ScorePanel
          marks={marks}
          chosen={chosen}
          onMark={mark}
          note={note.text}
          noteField={noteField}
          noteKey={noteKey}
          onNote={note.write}
          onNoteDone={() =>
            target && now && note.differs && void scoring.give(target, { ...now, comment: note.comment }, now)
          }
          onMove={(by) => go(at + by)}
          onUndo={() => void undo()}
        />
        <QueueList traces={traces} at={at} given={given} onGo={go} />
      </aside>
    </div>
  );
}
