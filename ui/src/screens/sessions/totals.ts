import type { SessionRow, SessionTurn } from "@/api/sessions";
import { toMillis } from "@/format";

/** Input and output together; null where neither is known. */
export function totalTokens({
  input_tokens,
  output_tokens,
}: Pick<SessionRow, "input_tokens" | "output_tokens">) {
  if (input_tokens === null && output_tokens === null) return null;
  return (input_tokens ?? 0) + (output_tokens ?? 0);
}

/** The time the program worked, in milliseconds: the turns' durations, without the waits between them. */
export function workedMillis(turns: readonly SessionTurn[]): number | null {
  const known = turns.flatMap(({ trace }) => trace.duration_ms ?? []);
  return known.length > 0 ? known.reduce((sum, one) => sum + one, 0) : null;
}

/** How long nothing happened before a turn; null before the first, and where the turns overlap. */
export function pauseBefore(turns: readonly SessionTurn[], index: number): number | null {
  const before = turns[index - 1]?.trace.end_time;
  const begun = turns[index]?.trace.start_time;
  if (!before || !begun) return null;
  const pause = toMillis(begun) - toMillis(before);
  return pause > 0 ? pause : null;
}
