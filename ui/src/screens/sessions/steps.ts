import type { Outline } from "@/trace/types";

/** A piece of work within a turn: a tool called, documents looked up, a model asked. */
export interface Step {
  spanId: string;
  name: string;
  kind: string | null;
  durationNs: number | null;
  failed: boolean;
  running: boolean;
}

/** Kinds that say how an answer came about; wrappers such as chains and agents say nothing of their own. */
const TELLING = new Set([
  "tool",
  "retriever",
  "reranker",
  "embedding",
  "llm",
  "guardrail",
  "memory",
  "evaluator",
  "db",
]);
const ERROR = 2;
const RUNNING = 1;

/** What happened within a trace, in the order of time. */
export function stepsOf(outline: Outline): Step[] {
  return outline.span_id.flatMap((spanId, at) => {
    const kind = outline.kinds[outline.kind[at] ?? -1] ?? null;
    if (!kind || !TELLING.has(kind) || outline.parent[at] === -1) return [];
    return [
      {
        spanId,
        name: outline.names[outline.name[at] ?? -1] ?? kind,
        kind,
        durationNs: outline.span_duration_ns[at] ?? null,
        failed: outline.status[at] === ERROR,
        running: outline.state[at] === RUNNING,
      },
    ];
  });
}

/** The span where a failure began: the deepest failed one of the first chain of failures; null where none failed. */
export function failureOf(outline: Outline): string | null {
  let at = outline.status.indexOf(ERROR);
  while (at >= 0) {
    const inside = outline.parent.findIndex(
      (parent, child) => parent === at && outline.status[child] === ERROR,
    );
    if (inside < 0) return outline.span_id[at] ?? null;
    at = inside;
  }
  return null;
}
