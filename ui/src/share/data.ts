import type { Outline, Span, Trace } from "@/trace/types";

/** What the server writes into the page, as JSON, into the element `pyflare-data`. */
export interface SharedTrace {
  trace: Trace;
  outline: Outline;
  /** Spans by their ids; of a very large trace, not all. */
  spans: Record<string, Span>;
  /** Whether contents were left out. */
  redacted: boolean;
  /** When the page was made. */
  exported: string;
}

/** Read what is written into the page; null where there is nothing. */
export function readShared(text: string | null | undefined): SharedTrace | null {
  if (!text?.trim()) return null;
  const data = JSON.parse(text) as Partial<SharedTrace>;
  if (!data.trace || !data.outline) return null;
  return { spans: {}, redacted: false, exported: "", ...data } as SharedTrace;
}

/** The ids of the spans that hold a text, in whatever case. */
export function findShared(spans: SharedTrace["spans"], text: string): string[] {
  const wanted = text.toLowerCase();
  return Object.values(spans)
    .filter((span) => contentOf(span).includes(wanted))
    .map((span) => span.span_id);
}

const texts = new WeakMap<Span, string>();

function contentOf(span: Span): string {
  const known = texts.get(span);
  if (known !== undefined) return known;
  const { input, output, attributes, error, events } = span;
  const text = JSON.stringify([input, output, attributes, error, events]).toLowerCase();
  texts.set(span, text);
  return text;
}
