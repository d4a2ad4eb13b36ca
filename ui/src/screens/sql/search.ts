/** The screen's own part of the URL. */
export interface SqlSearch {
  /** The statement. */
  q?: string;
  /** What of the result is shown: the table unless `chart`. */
  view?: "chart";
  /** The chart, as `results/chartSearch.ts` writes it. */
  chart?: string;
}

/** A statement longer than this is not put into the address: servers and programs cut long ones. */
export const LONGEST_IN_URL = 6000;

export function readSearch(search: Record<string, unknown>): SqlSearch & Record<string, unknown> {
  const { q, view, chart } = search;
  return {
    ...(typeof q === "string" && q !== "" ? { q } : {}),
    ...(view === "chart" ? { view } : {}),
    ...(typeof chart === "string" && chart !== "" ? { chart } : {}),
  };
}
