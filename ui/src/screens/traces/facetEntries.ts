import type { FacetValue } from "@/api/types";
import type { Choices } from "@/filter/choices";

export interface FacetEntry {
  value: string | null;
  /** Null where the value is chosen and does not occur. */
  count: number | null;
  state: "included" | "excluded" | "free";
}

/** The values of a field as the panel lists them: those chosen are there whatever occurs, and a text narrows them. */
export function facetEntries(values: readonly FacetValue[], choices: Choices, text: string): FacetEntry[] {
  const state = (value: string | null): FacetEntry["state"] => {
    if (choices.included.includes(value)) return "included";
    return choices.excluded.includes(value) ? "excluded" : "free";
  };
  const known = values.map(({ value, count }): FacetEntry => ({ value, count, state: state(value) }));
  const absent = [...choices.included, ...choices.excluded]
    .filter((value) => !values.some((one) => one.value === value))
    .map((value): FacetEntry => ({ value, count: null, state: state(value) }));
  const wanted = text.trim().toLowerCase();
  return [...known, ...absent].filter(({ value }) => (value ?? "missing").toLowerCase().includes(wanted));
}
