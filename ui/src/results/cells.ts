import { kindOfType } from "./columns";

/** What a cell shows: its text, and the value behind it where that unfolds. */
export interface CellText {
  text: string;
  look: "null" | "number" | "time" | "boolean" | "text" | "nested";
  /** The value to unfold: a list, a map, or JSON that was text. */
  nested?: unknown;
}

const LONGEST = 300;

/** How a cell of a column of `type` is written. */
export function cellText(value: unknown, type: string): CellText {
  if (value === null || value === undefined) return { text: "null", look: "null" };
  if (typeof value === "object")
    return { text: shortened(JSON.stringify(value)), look: "nested", nested: value };
  const kind = kindOfType(type);
  if (typeof value === "boolean") return { text: String(value), look: "boolean" };
  if (kind === "number") return { text: numberText(value), look: "number" };
  const text = String(value);
  if (kind === "time") return { text: timeText(text), look: "time" };
  const parsed = parsedJson(text);
  const nested = parsed !== undefined;
  return { text: shortened(text), look: nested ? "nested" : "text", ...(nested ? { nested: parsed } : {}) };
}

/** A number as it is, to the digit, with thousands apart in whole numbers of five digits and more. */
export function numberText(value: unknown): string {
  const text = String(value);
  const whole = /^(-?)(\d{5,})$/.exec(text);
  return whole ? `${whole[1]}${(whole[2] ?? "").replace(/\B(?=(\d{3})+$)/g, "\u2009")}` : text;
}

/** RFC 3339 as people read it: a space for the T, no zeros at the end of the fraction, no midnight of a date. */
function timeText(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (!match) return text;
  const [, day, clock, fraction = "", zone = ""] = match;
  return `${day} ${clock}${fraction.replace(/\.?0+$/, "")}${zone === "Z" ? "" : zone}`;
}

/** A list or an object written as JSON text; undefined for any other text, numbers and words among them. */
export function parsedJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const shortened = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
