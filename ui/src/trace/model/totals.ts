import { ERROR, type Tree } from "./tree";

/** What spans used, each by itself and with all below it. NaN where nothing is known. */
export interface Totals {
  readonly tokens: Float64Array;
  readonly cost: Float64Array;
  readonly treeTokens: Float64Array;
  /** In US dollars. */
  readonly treeCost: Float64Array;
  /** Spans with an error below, and the span itself. */
  readonly errors: Int32Array;
  /** The whole trace's. */
  readonly allTokens: number;
  readonly allCost: number;
}

const MICROS = 1e6;

/** Sum usage over subtrees. A span whose usage stands in a span below as well is not counted twice. */
export function totals(tree: Tree): Totals {
  const { outline, size, order, parent } = tree;
  const tokens = new Float64Array(size);
  const cost = new Float64Array(size);
  const errors = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    tokens[i] = plus(outline.input_tokens[i] ?? Number.NaN, outline.output_tokens[i] ?? Number.NaN);
    cost[i] = (outline.cost_micros[i] ?? Number.NaN) / MICROS;
    errors[i] = outline.status[i] === ERROR ? 1 : 0;
  }
  const treeTokens = counted(tokens, outline.usage_repeated);
  const treeCost = counted(cost, outline.usage_repeated);
  for (let at = size - 1; at >= 0; at--) {
    const span = order[at] as number;
    const up = parent[span] as number;
    if (up === -1) continue;
    treeTokens[up] = plus(treeTokens[up] as number, treeTokens[span] as number);
    treeCost[up] = plus(treeCost[up] as number, treeCost[span] as number);
    errors[up] = (errors[up] as number) + (errors[span] as number);
  }
  const all = (sums: Float64Array) =>
    tree.roots.reduce((sum, root) => plus(sum, sums[root] as number), Number.NaN);
  return { tokens, cost, treeTokens, treeCost, errors, allTokens: all(treeTokens), allCost: all(treeCost) };
}

/** A sum in which what is not known counts nothing, unless neither is known. */
function plus(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : a + b;
}

function counted(values: Float64Array, repeated: readonly boolean[]): Float64Array {
  return values.map((value, i) => (repeated[i] ? Number.NaN : value));
}
