import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useScores, writeScore } from "@/api/scores";
import { toast } from "@/design";

/** The name of the score that is somebody's note. */
const NOTE = "note";

/** The note on a trace: what is kept, what is being written, and keeping it. */
export function useNote(traceId: string | undefined) {
  const client = useQueryClient();
  const scores = useScores(traceId);
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const kept = scores.data?.find((score) => score.name === NOTE && !score.span_id)?.comment ?? "";
  const text = (traceId && drafts[traceId]) ?? kept;
  return {
    text,
    write: (draft: string) => traceId && setDrafts({ ...drafts, [traceId]: draft }),
    /** Keep what was written; an empty note takes the one before back. */
    keep: async () => {
      const comment = text.trim();
      if (!traceId || comment === kept) return;
      try {
        await writeScore({ trace_id: traceId, name: NOTE, comment: comment || null });
        await client.invalidateQueries({ queryKey: ["scores", traceId] });
      } catch (error) {
        toast(error instanceof Error ? error.message : String(error), { tone: "bad" });
      }
    },
  };
}
