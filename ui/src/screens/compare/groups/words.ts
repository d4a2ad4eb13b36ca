import type { Contrast, GroupComparison } from "@/api/comparison";
import { cost, duration, fullTime } from "@/format";
import { trimmed } from "@/format/numbers";

/** How large an effect is, in a word. */
export function sizeWord(effect: number): string {
  if (effect >= 0.5) return "large";
  if (effect >= 0.25) return "medium";
  return effect >= 0.1 ? "small" : "very small";
}

/** A q-value as people read it. */
export function chance(q: number): string {
  if (q < 0.0001) return "< 0.0001";
  return q < 0.001 ? q.toFixed(4) : q < 0.1 ? q.toFixed(3) : q.toFixed(2);
}

/** A median of a field, in the field's unit. */
export function medianText(field: string, value: number): string {
  if (field === "latency" || field === "first_chunk") return duration(value);
  if (field === "cost") return cost(value);
  if (field === "started") return fullTime(value * 1000).slice(0, 16);
  return trimmed(value, 4);
}

/** What the first two values with the largest gap say, as a sentence. */
export function sentence(contrast: Contrast): string {
  const { type, field, a_median: a, b_median: b } = contrast;
  if (type === "number" && typeof a === "number" && typeof b === "number") {
    if (a === b) return `The medians are the same (${medianText(field, a)}), the spread is not.`;
    return `Half of A lies ${a > b ? "above" : "below"} ${medianText(field, a)}; of B it is ${medianText(field, b)}.`;
  }
  const widest = [...contrast.values].sort((x, y) => gap(y) - gap(x))[0];
  if (!widest) return "";
  const name = widest.value === null ? "no value" : `“${widest.value}”`;
  return `${share(widest.a_share)} of A ${widest.value === null ? "have" : "are"} ${name}, ${share(widest.b_share)} of B.`;
}

const gap = (value: { a_share: number; b_share: number }) => Math.abs(value.a_share - value.b_share);

const share = (value: number) => `${value > 0 && value < 0.005 ? "<1" : Math.round(value * 100)}%`;

/** The largest difference that the data does not exclude, where nothing was found. */
export function notExcluded(comparison: GroupComparison): number {
  return comparison.contrasts.reduce((most, contrast) => Math.max(most, contrast.effect_high), 0);
}
