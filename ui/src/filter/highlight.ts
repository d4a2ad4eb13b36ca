import { type Token, tokenize } from "./tokens";

export type Look = "field" | "operator" | "value" | "keyword" | "plain";

/** A stretch of a filter that looks the same all over. */
export interface Segment {
  text: string;
  start: number;
  look: Look;
  /** Lies in what is wrong. */
  wrong: boolean;
}

const KEYWORDS = new Set(["and", "or", "not", "in", "is", "exists", "missing"]);

/** A filter cut into stretches by what they are, by where it is wrong, and at a mark. Together they are the text. */
export function segmentsOf(
  filter: string,
  wrong?: { start: number; end: number } | null,
  mark?: number,
): Segment[] {
  const tokens = tokenize(filter);
  const looks = tokens.map((token, index) => lookOf(token, tokens[index - 1], tokens[index + 1]));
  const cuts = new Set([0, filter.length, ...tokens.flatMap(({ start, end }) => [start, end])]);
  for (const at of [wrong?.start, wrong?.end, mark])
    if (at !== undefined) cuts.add(Math.min(at, filter.length));
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((start, index) => {
    const end = places[index + 1] ?? filter.length;
    const token = tokens.findIndex((one) => one.start <= start && end <= one.end);
    return {
      text: filter.slice(start, end),
      start,
      look: looks[token] ?? "plain",
      wrong: !!wrong && start >= wrong.start && end <= wrong.end,
    };
  });
}

function lookOf(token: Token, before: Token | undefined, after: Token | undefined): Look {
  if (token.kind === "operator" || token.kind === "punctuation") return "operator";
  if (token.kind === "word" && KEYWORDS.has(token.text.toLowerCase())) return "keyword";
  if (token.kind === "quoted" && before?.end === token.start && before.text.endsWith(".")) return "field";
  if (before?.kind === "operator") return "value";
  const compares =
    after?.kind === "operator" || (after?.kind === "word" && /^(not|in|is|exists)$/i.test(after.text));
  const keyed = token.text.endsWith(".") && after?.kind === "quoted" && after.start === token.end;
  return token.kind === "word" && (compares || keyed) ? "field" : "value";
}
