/** The screen's own part of the URL. */
export interface DriftSearch {
  /** The part of the data looked at; all of it when missing. */
  segment?: string;
  /** The column looked at; the one that moved most when missing. */
  column?: string;
  /** The run looked at; the latest when missing. */
  run?: string;
}

export function readSearch(search: Record<string, unknown>): DriftSearch & Record<string, unknown> {
  const { segment, column, run } = search;
  return {
    ...(typeof segment === "string" && segment !== "" ? { segment } : {}),
    ...(typeof column === "string" && column !== "" ? { column } : {}),
    ...(typeof run === "string" && /^[0-9a-f]{32}$/.test(run) ? { run } : {}),
  };
}
