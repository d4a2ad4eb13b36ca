import type { CostDimension } from "@/api/costs";
import { remember, remembered } from "@/state/preferences";

interface Dimension {
  title: string;
  /** What it means when no call has any of it. */
  none: string;
}

/** By what costs are broken down, and how that is called. */
export const DIMENSIONS: Readonly<Record<CostDimension, Dimension>> = {
  model: { title: "Models", none: "No call names its model." },
  provider: { title: "Providers", none: "No call names its provider." },
  user: { title: "Users", none: "No call names its user." },
  feature: { title: "Features", none: "No call names its feature." },
  environment: { title: "Environments", none: "No call names its environment." },
  team: { title: "Teams", none: "No call names its team." },
  session: { title: "Sessions", none: "No call belongs to a session." },
  service: { title: "Services", none: "No call names its service." },
};

/** The tables, by the dimension each has at first. */
export const PLACES: readonly CostDimension[] = ["model", "user", "feature", "environment"];

/** Rows of a table. */
export const ROWS = 8;

const isDimension = (name: string): name is CostDimension => name in DIMENSIONS;

/** The dimension of a table, as it was chosen last. */
export function rememberedDimension(place: CostDimension): CostDimension {
  const name = remembered<string>(`costs.${place}`, place);
  return isDimension(name) ? name : place;
}

export const rememberDimension = (place: CostDimension, dimension: CostDimension) =>
  remember(`costs.${place}`, dimension);

export const ALL = Object.keys(DIMENSIONS).filter(isDimension);
