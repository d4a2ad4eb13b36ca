import { addClause } from "@/filter/clauses";
import type { Scale } from "@/scoring/scale";
import type { ScopeParams } from "@/state/scope";

/** What is judged and how: the screen's own part of the URL, and what this browser remembers. */
export interface AnnotateSearch {
  /** The name of the score. */
  name?: string;
  scale?: Scale;
  /** Separated by commas. */
  labels?: string;
}

const SCALES: readonly Scale[] = ["five", "yesno", "labels"];

export const FIRST: Required<AnnotateSearch> = {
  name: "quality",
  scale: "five",
  labels: "good, bad, unsure",
};

export function readSearch(search: Record<string, unknown>): AnnotateSearch & Record<string, unknown> {
  const { name, scale, labels } = search;
  const known = SCALES.find((one) => one === scale);
  return {
    ...(typeof name === "string" && name ? { name } : {}),
    ...(known ? { scale: known } : {}),
    ...(typeof labels === "string" && labels ? { labels } : {}),
  };
}

/** The field of a score in a filter. */
export function scoreField(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `score.${name}` : `score.${JSON.stringify(name)}`;
}

/** The scope's traces that have no score of a name yet. */
export function unscored(params: ScopeParams, name: string): ScopeParams {
  return { ...params, filter: addClause(params.filter ?? "", `${scoreField(name)} is missing`) };
}
