import type { Outline, Span, Trace } from "@/trace/types";

/** What the server writes into the page, as JSON, into the element `pyflare-data`. */
export interface SharedTrace {
  trace: Trace;
  outline: Outline;
  /** Spans by their ids; of a very large trace, not all. */
  spans: Record<string, Span>;
  /** Whether what looks like a secret or a person's data was hidden. */
  redacted: boolean;
  /** When the page was made. */
  exported: string;
  /** What was too much for one page: whole spans, and contents that are shortened. */
  left_out?: { spans: number; contents: number };
}

/** What a reader should know is missing; null where nothing is. */
export function missingFrom({ left_out }: Pick<SharedTrace, "left_out">): string | null {
  const parts = [
    left_out?.spans ? `${left_out.spans} ${left_out.spans === 1 ? "span" : "spans"} without contents` : "",
    left_out?.contents
      ? `${left_out.contents} shortened ${left_out.contents === 1 ? "content" : "contents"}`
      : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : null;
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
