import { useMemo, useState } from "react";
import { remember, remembered } from "@/state/preferences";
import { type CriticalPath, criticalPath } from "../model/critical";
import { type Collapsed, carryCollapsed, nothingCollapsed, reveal, visibleRows } from "../model/rows";
import { type Totals, totals } from "../model/totals";
import { buildTree, positionOf, type Tree } from "../model/tree";
import { clampRange, type Range, wholeRange } from "../model/zoom";
import type { Outline } from "../types";
import { type TreeSearch, useTreeSearch } from "./useTreeSearch";

/** What the column beside the tree shows. */
export type Heat = "off" | "cost" | "tokens";

/** All that is to know about a trace on screen, and what can be done with it. */
export interface TraceView {
  readonly tree: Tree;
  readonly sums: Totals;
  readonly path: CriticalPath | null;
  readonly heat: Heat;
  readonly collapsed: Collapsed;
  readonly rows: Int32Array;
  readonly whole: Range;
  readonly range: Range;
  /** Whether only spans that ran in the range are rows. */
  readonly narrowed: boolean;
  /** The chosen span; -1 for none. */
  readonly selected: number;
  readonly search: TreeSearch;
  setPath: (on: boolean) => void;
  setHeat: (heat: Heat) => void;
  setCollapsed: (collapsed: Collapsed) => void;
  /** Null for the whole trace, which grows while the trace runs. */
  setRange: (range: Range | null) => void;
  setNarrowed: (on: boolean) => void;
  /** Choose a span, opening what hides it. */
  select: (span: number) => void;
}

export interface TraceViewOptions {
  outline: Outline;
  /** Where running spans end, from the start of the trace. */
  nowNs?: number;
  spanId: string | undefined;
  onSelect: (spanId: string) => void;
  /** Finds spans by their content. */
  find?: (text: string) => Promise<string[]>;
}

export function useTraceView({ outline, nowNs = 0, spanId, onSelect, find }: TraceViewOptions): TraceView {
  const tree = useMemo(() => buildTree(outline, nowNs), [outline, nowNs]);
  const sums = useMemo(() => totals(tree), [tree]);
  const selected = useMemo(() => positionOf(tree, spanId), [tree, spanId]);
  const [collapsed, setCollapsed] = useCollapsed(tree, selected);
  const [zoomed, setRange] = useState<Range | null>(null);
  const [showPath, setPath] = useKept("trace.path", false);
  const [heat, setHeat] = useKept<Heat>("trace.heat", "off");
  const [narrowed, setNarrowed] = useKept("trace.narrowed", false);
  const search = useTreeSearch(tree, find);
  const path = useMemo(() => (showPath ? criticalPath(tree) : null), [tree, showPath]);
  const whole = useMemo(() => wholeRange(tree.extent), [tree]);
  const range = useMemo(() => (zoomed ? clampRange(zoomed, whole) : whole), [zoomed, whole]);
  const within = narrowed && zoomed ? range : undefined;
  const rows = useMemo(() => visibleRows(tree, collapsed, within), [tree, collapsed, within]);
  const select = (span: number) => {
    const id = tree.outline.span_id[span];
    if (id === undefined) return;
    setCollapsed(reveal(tree, collapsed, span));
    onSelect(id);
  };
  return {
    ...{ tree, sums, path, heat, collapsed, rows, whole, range, narrowed, selected, search },
    ...{ setPath, setHeat, setCollapsed, setRange, setNarrowed, select },
  };
}

/** What is collapsed, kept when spans are added. The span chosen by the address is visible at first. */
function useCollapsed(tree: Tree, selected: number): [Collapsed, (collapsed: Collapsed) => void] {
  const [state, setState] = useState(() => ({
    tree,
    collapsed: reveal(tree, nothingCollapsed(tree), selected),
  }));
  let collapsed = state.collapsed;
  if (state.tree !== tree) {
    collapsed = carryCollapsed(state.tree, state.collapsed, tree);
    setState({ tree, collapsed });
  }
  return [collapsed, (next) => setState({ tree, collapsed: next })];
}

function useKept<T>(name: string, fallback: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => remembered(name, fallback));
  return [
    value,
    (next) => {
      setValue(next);
      remember(name, next);
    },
  ];
}
