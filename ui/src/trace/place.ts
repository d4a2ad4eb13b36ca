import { selfTime } from "./model/selftime";
import { ancestors, positionOf } from "./model/tree";
import type { SpanPlace } from "./span/SpanPanel";
import type { TraceView } from "./tree/useTraceView";

/** What the tree knows of a span; null where the tree has it not. */
export function placeOf({ tree, sums }: Pick<TraceView, "tree" | "sums">, spanId: string): SpanPlace | null {
  const span = positionOf(tree, spanId);
  if (span === -1) return null;
  const { outline } = tree;
  return {
    above: ancestors(tree, span).map((above) => ({
      spanId: outline.span_id[above] as string,
      name: outline.names[outline.name[above] as number] as string,
    })),
    selfNs: selfTime(tree, span),
    offsetNs: tree.start[span] as number,
    below: {
      tokens: sums.treeTokens[span] as number,
      cost: sums.treeCost[span] as number,
      spans: tree.weight[span] as number,
    },
  };
}
