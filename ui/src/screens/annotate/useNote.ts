import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useScores, writeScore } from "@/api/scores";
import { toast } from "@/design";
import { type Judgement, shownOf } from "@/scoring/useScoring";

/** The name of the score that is a note and nothing else. */
const NOTE = "note";

/**
 * The note on a trace. It is kept with the judgement as its comment, whichever comes first; where no judgement is
 * given by the time one goes on, it is kept alone.
 */
export function useNote(traceId: string | undefined, judgement: Judgement | undefined) {
  const client = useQueryClient();
  const scores = useScores(traceId);
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const alone = scores.data?.find((score) => score.name === NOTE && !score.span_id)?.comment ?? "";
  const draft = traceId ? drafts[traceId] : undefined;
  const judged = judgement !== undefined && shownOf(judgement) !== null;

  const keepAlone = async () => {
    const comment = draft?.trim();
    if (!traceId || comment === undefined || judged || comment === alone) return;
    try {
      await writeScore({ trace_id: traceId, name: NOTE, comment: comment || null });
      await client.invalidateQueries({ queryKey: ["scores", traceId] });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { tone: "bad" });
    }
  };
  const leave = useRef(keepAlone);
  leave.current = keepAlone;
  useEffect(() => () => void leave.current(), []);
  const text = draft ?? judgement?.comment ?? alone;
  return {
    text,
    /** For the judgement that is given now. */
    comment: text.trim() || null,
    /** Whether the judgement that was given has another one. */
    differs: judged && (text.trim() || null) !== judgement.comment,
    write: (now: string) => traceId && setDrafts({ ...drafts, [traceId]: now }),
    /** One goes on without judging. */
    leave: () => void keepAlone(),
  };
}
