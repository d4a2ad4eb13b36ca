import { remember, remembered } from "@/state/preferences";

const KEPT = 12;

/** Filters used lately in this browser, the latest first. */
export function recentFilters(): string[] {
  const found = remembered<unknown>("filters", []);
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [];
}

export function rememberFilter(filter: string): void {
  if (!filter) return;
  remember("filters", [filter, ...recentFilters().filter((one) => one !== filter)].slice(0, KEPT));
}
