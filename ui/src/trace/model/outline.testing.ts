import type { Outline } from "../types";

/** One span of a made-up trace: where its parent is, when it ran, in nanoseconds. */
export interface Made {
  parent: number;
  start: number;
  duration: number | null;
  name?: string;
  kind?: string;
  model?: string;
  status?: number;
  state?: number;
  tokens?: number | null;
  cost?: number | null;
  repeated?: boolean;
}

function dictionary(words: (string | undefined)[]): { words: string[]; at: number[] } {
  const known = [...new Set(words.filter((word) => word !== undefined))];
  return { words: known, at: words.map((word) => (word === undefined ? -1 : known.indexOf(word))) };
}

/** An outline as the server gives it, of made-up spans in the order of their start. */
export function outlineOf(spans: readonly Made[]): Outline {
  const names = dictionary(spans.map((span, index) => span.name ?? `span ${index}`));
  const kinds = dictionary(spans.map((span) => span.kind));
  const models = dictionary(spans.map((span) => span.model));
  return {
    trace_id: "1".padStart(32, "0"),
    start_time: "2026-11-21T09:30:00.000000000Z",
    duration_ns: null,
    names: names.words,
    kinds: kinds.words,
    models: models.words,
    services: ["shop"],
    span_id: spans.map((_, index) => (index + 1).toString(16).padStart(16, "0")),
    parent: spans.map((span) => span.parent),
    name: names.at,
    kind: kinds.at,
    model: models.at,
    service: spans.map(() => 0),
    offset_ns: spans.map((span) => span.start),
    span_duration_ns: spans.map((span) => span.duration),
    status: spans.map((span) => span.status ?? 1),
    state: spans.map((span) => span.state ?? 0),
    input_tokens: spans.map((span) => span.tokens ?? null),
    output_tokens: spans.map(() => null),
    cost_micros: spans.map((span) => span.cost ?? null),
    usage_repeated: spans.map((span) => span.repeated ?? false),
  };
}
