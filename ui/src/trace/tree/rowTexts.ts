import { kindOf } from "@/design";
import { compact, cost, durationNs } from "@/format";
import type { Totals } from "../model/totals";
import { durationOf, ERROR, hasChildren, type Tree } from "../model/tree";
import type { Heat } from "./useTraceView";

const STATES = ["", "running", "died"];

interface RowLook {
  tree: Tree;
  sums: Totals;
  span: number;
  collapsed: boolean;
  heat: Heat;
}

/** The accessible name of a row: what it shows, in that order, and what its icon and its bar say. */
export function labelOf({ tree, sums, span, collapsed, heat }: RowLook): string {
  const { outline } = tree;
  const kind = outline.kinds[outline.kind[span] as number];
  const folded = collapsed && hasChildren(tree, span);
  return [
    outline.names[outline.name[span] as number],
    folded && hiddenCount(tree, span),
    folded && failedBelow(tree, sums, span),
    modelShown(tree, span),
    heatText(tree, sums, span, heat),
    kind && kindOf(kind).label,
    STATES[outline.state[span] ?? 0] || durationNs(durationOf(tree, span)),
    outline.status[span] === ERROR && "error",
  ]
    .filter(Boolean)
    .join(", ");
}

/** How many spans a collapsed one hides. */
export const hiddenCount = (tree: Tree, span: number): string =>
  `+${compact((tree.weight[span] as number) - 1)}`;

/** How many of the spans below failed; null for none. */
export function failedBelow(tree: Tree, sums: Totals, span: number): string | null {
  const below = (sums.errors[span] as number) - Number(tree.outline.status[span] === ERROR);
  return below > 0 ? `${compact(below)} failed` : null;
}

/** The model, unless the name says it already. */
export function modelShown({ outline }: Tree, span: number): string | null {
  const model = outline.models[outline.model[span] as number];
  return model && !outline.names[outline.name[span] as number]?.includes(model) ? model : null;
}

/** What a span used itself, what it used with all below it, and what the whole trace used. NaN for unknown. */
export function heatOf(tree: Tree, sums: Totals, span: number, heat: Heat) {
  const money = heat === "cost";
  const own = tree.outline.usage_repeated[span] ? Number.NaN : (money ? sums.cost : sums.tokens)[span];
  return {
    own: own as number,
    below: (money ? sums.treeCost : sums.treeTokens)[span] as number,
    all: money ? sums.allCost : sums.allTokens,
  };
}

export function heatText(tree: Tree, sums: Totals, span: number, heat: Heat): string | null {
  if (heat === "off") return null;
  const { below } = heatOf(tree, sums, span, heat);
  if (Number.isNaN(below)) return null;
  return heat === "cost" ? cost(below) : compact(below);
}
