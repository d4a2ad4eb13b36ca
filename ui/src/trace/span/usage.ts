import type { Span } from "../types";

/** Tokens of one sort; sorts do not overlap. */
export interface Bucket {
  readonly name: string;
  readonly tokens: number;
  readonly side: "input" | "output";
}

type Usage = Pick<
  Span,
  | "input_tokens"
  | "output_tokens"
  | "cache_read_tokens"
  | "cache_write_tokens"
  | "reasoning_tokens"
  | "input_audio_tokens"
  | "output_audio_tokens"
>;

/** The tokens of a call in sorts that add up to its input and its output. */
export function bucketsOf(span: Usage): Bucket[] {
  const input: Bucket[] = [
    { name: "Read from cache", tokens: span.cache_read_tokens ?? 0, side: "input" },
    { name: "Written to cache", tokens: span.cache_write_tokens ?? 0, side: "input" },
    { name: "Audio in", tokens: span.input_audio_tokens ?? 0, side: "input" },
  ];
  const output: Bucket[] = [
    { name: "Reasoning", tokens: span.reasoning_tokens ?? 0, side: "output" },
    { name: "Audio out", tokens: span.output_audio_tokens ?? 0, side: "output" },
  ];
  return [
    { name: "Input", tokens: rest(span.input_tokens, input), side: "input" as const },
    ...input,
    { name: "Output", tokens: rest(span.output_tokens, output), side: "output" as const },
    ...output,
  ].filter((bucket) => bucket.tokens > 0);
}

function rest(all: number | null, parts: readonly Bucket[]): number {
  return Math.max(0, (all ?? 0) - parts.reduce((sum, part) => sum + part.tokens, 0));
}

/** Output tokens per second after the first chunk, or over the whole call where that is not known; null for none. */
export function outputRate(
  span: Pick<Span, "output_tokens" | "duration_ms" | "time_to_first_chunk_ms">,
): number | null {
  const { output_tokens, duration_ms, time_to_first_chunk_ms } = span;
  if (!output_tokens || !duration_ms) return null;
  const ms = duration_ms - (time_to_first_chunk_ms ?? 0);
  return ms > 0 ? (output_tokens * 1000) / ms : null;
}
