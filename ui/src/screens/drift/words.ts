import type { DriftColumn, DriftMonitor, DriftStanding } from "@/api/drift";
import type { Tone } from "@/design";
import { count, MISSING } from "@/format";
import { trimmed } from "@/format/numbers";

/** The worst first. */
export const STANDINGS = ["drifted", "warning", "unknown", "healthy"] as const;

export const TONES: Readonly<Record<DriftStanding, Tone>> = {
  drifted: "bad",
  warning: "warn",
  unknown: "neutral",
  healthy: "good",
};

/** The colours of standings in charts. */
export const COLORS: Readonly<Record<DriftStanding, string>> = {
  drifted: "var(--bad)",
  warning: "var(--warn)",
  unknown: "var(--text-faint)",
  healthy: "var(--good)",
};

/** What a standing means, for whoever wonders. */
export const MEANINGS: Readonly<Record<DriftStanding, string>> = {
  drifted: "The difference is significant, and as large as matters.",
  warning: "The difference is significant but smaller than matters, or as large but not significant.",
  unknown: "There was too little data to say.",
  healthy: "No difference that is significant and as large as matters.",
};

type Maybe = number | null | undefined;

/** The size of a difference: two digits that matter. */
export function effect(size: Maybe): string {
  if (size === null || size === undefined) return MISSING;
  return Math.abs(size) < 0.0005 ? "0" : trimmed(size, 2);
}

/** A p-value as explanations write it: 0.032, 4.2e-8. */
export function pValue(p: Maybe): string {
  if (p === null || p === undefined) return MISSING;
  if (p === 0) return "< 1e-300";
  return p >= 0.0001 ? trimmed(p, 2) : String(Number(p.toPrecision(2)));
}

const NAMES: Readonly<Record<string, string>> = {
  cliffs_delta: "Cliff's delta",
  stratified_g: "G within each part",
  two_proportion: "two proportions",
  compare_categories: "all levels together and each alone",
};

/** The name of an effect or a method as people write it: total variation, Cliff's delta. */
export const named = (name: string | null | undefined): string =>
  name ? (NAMES[name] ?? name.replaceAll("_", " ")) : "effect";

/** How the columns of a run stand, the worst first: "2 drifted, 1 healthy". */
export function columnsWords({ columns }: Pick<DriftMonitor, "columns">): string {
  const parts = STANDINGS.filter((standing) => columns[standing]).map(
    (standing) => `${count(columns[standing])} ${standing}`,
  );
  return parts.join(", ") || "none";
}

/** How often a monitor ran, and how often it found something: "24 runs, 6 drifted". */
export function runsWords({ runs, recent }: Pick<DriftMonitor, "runs" | "recent">): string {
  const drifted = recent.filter(({ status }) => status === "drifted").length;
  const among = runs > recent.length ? ` of the last ${count(recent.length)}` : "";
  return `${count(runs)} ${runs === 1 ? "run" : "runs"}${drifted ? `, ${count(drifted)}${among} drifted` : ""}`;
}

/** How many times as large as matters a difference is. Null where either is not known. */
export function timesThreshold({
  effect_size,
  threshold,
}: Pick<DriftColumn, "effect_size" | "threshold">): number | null {
  return effect_size === null || !threshold ? null : effect_size / threshold;
}

/** Whether a column holds embeddings, and so has a map. */
export const isEmbedding = ({ drift_type, method }: Pick<DriftColumn, "drift_type" | "method">): boolean =>
  drift_type === "embedding" || method === "vector_difference";
