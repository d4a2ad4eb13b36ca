import { KindIcon } from "@/design";
import { compact, cost, durationNs } from "@/format";
import { selfTime } from "../model/selftime";
import { durationOf } from "../model/tree";
import styles from "./tree.module.css";
import type { TraceView } from "./useTraceView";

export interface Hover {
  span: number;
  x: number;
  y: number;
}

const WIDTH = 260;

/** What a bar stands for, beside the pointer. */
export function HoverCard({ view, hover }: { view: TraceView; hover: Hover }) {
  const { tree, sums, path } = view;
  const { span } = hover;
  if (span >= tree.size) return null;
  const { outline } = tree;
  const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  const facts: [string, string | null][] = [
    ["Duration", durationNs(durationOf(tree, span))],
    ["Itself", durationNs(selfTime(tree, span))],
    ["Starts at", durationNs(tree.start[span])],
    ["On the critical path", path && durationNs(path.time[span])],
    ["Model", outline.models[outline.model[span] as number] ?? null],
    ["Tokens", known(sums.treeTokens[span]) === null ? null : compact(sums.treeTokens[span])],
    ["Cost", known(sums.treeCost[span]) === null ? null : cost(sums.treeCost[span])],
    ["Spans below", tree.weight[span] === 1 ? null : compact((tree.weight[span] as number) - 1)],
  ];
  const left = Math.min(hover.x + 14, window.innerWidth - WIDTH - 8);
  const below = hover.y + 200 < window.innerHeight;
  return (
    <div
      className={styles.card}
      style={{
        left,
        width: WIDTH,
        ...(below ? { top: hover.y + 16 } : { bottom: window.innerHeight - hover.y + 12 }),
      }}
      aria-hidden
    >
      <strong>
        <KindIcon kind={outline.kinds[outline.kind[span] as number]} />
        {outline.names[outline.name[span] as number]}
      </strong>
      <dl>
        {facts.map(([label, value]) =>
          value === null ? null : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </div>
  );
}
