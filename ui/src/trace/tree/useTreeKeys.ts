import type { KeyboardEvent } from "react";
import { chordOf } from "@/hotkeys/keys";
import { type Hotkey, useHotkeys } from "@/hotkeys/useHotkeys";
import { leftOf, nextWhere, rowOf, setCollapsed, setSubtree } from "../model/rows";
import { ERROR, hasChildren } from "../model/tree";
import { panBy, rangeAround, zoomAt } from "../model/zoom";
import type { TraceView } from "./useTraceView";

export interface TreeActions {
  focusSearch: () => void;
  /** Go on to what shows the chosen span. */
  focusPanel: () => void;
  /** Rows on one page. */
  page: () => number;
}

const ZOOM = 0.6;
const PAN = 0.25;

/** The keys of the tree: letters work everywhere on the screen, arrows where the tree has the focus. */
export function useTreeKeys(view: TraceView, actions: TreeActions): (event: KeyboardEvent) => void {
  const keys = treeKeys(view, actions);
  useHotkeys([...everywhere(view, actions), ...keys.map((key) => ({ ...key, disabled: true }))]);
  return (event) => {
    const chord = chordOf(event.nativeEvent);
    const hotkey = keys.find((one) => one.keys === chord);
    if (!hotkey) return;
    event.preventDefault();
    hotkey.run(event.nativeEvent);
  };
}

function moveBy(view: TraceView, step: number): void {
  const { tree, rows, selected } = view;
  const at = selected < 0 ? (step > 0 ? -1 : 0) : rowOf(tree, rows, selected);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  if (next !== undefined) view.select(next);
}

/** Choose the next span, in either direction, for which `test` holds. */
export function jump(view: TraceView, step: 1 | -1, test: (span: number) => boolean): void {
  const span = nextWhere(view.tree, view.selected, step, test);
  if (span !== -1) view.select(span);
}

export const jumpToError = (view: TraceView, step: 1 | -1) =>
  jump(view, step, (span) => view.tree.outline.status[span] === ERROR);

export const jumpToMatch = (view: TraceView, step: 1 | -1) =>
  jump(view, step, (span) => view.search.matches.at[span] === 1);

function jumpToCall(view: TraceView, step: 1 | -1): void {
  const { outline } = view.tree;
  const llm = outline.kinds.indexOf("llm");
  jump(view, step, (span) => llm !== -1 && outline.kind[span] === llm);
}

export function zoomBy(view: TraceView, factor: number): void {
  view.setRange(zoomAt(view.range, factor, (view.range.from + view.range.to) / 2, view.whole));
}

function everywhere(view: TraceView, actions: TreeActions): Hotkey[] {
  const { tree, range, whole, selected } = view;
  const key = (keys: string, label: string, run: () => void): Hotkey => ({
    keys,
    label,
    group: "Trace",
    run,
  });
  return [
    key("j", "Next span", () => moveBy(view, 1)),
    key("k", "Previous span", () => moveBy(view, -1)),
    key("e", "Next error", () => jumpToError(view, 1)),
    key("shift+e", "Previous error", () => jumpToError(view, -1)),
    key("m", "Next model call", () => jumpToCall(view, 1)),
    key("shift+m", "Previous model call", () => jumpToCall(view, -1)),
    key("/", "Search in this trace", actions.focusSearch),
    key("n", "Next match", () => jumpToMatch(view, 1)),
    key("shift+n", "Previous match", () => jumpToMatch(view, -1)),
    key("c", "Critical path", () => view.setPath(view.path === null)),
    key("f", "Only spans in the range", () => view.setNarrowed(!view.narrowed)),
    key("+", "Zoom in", () => zoomBy(view, ZOOM)),
    key("=", "Zoom in", () => zoomBy(view, ZOOM)),
    key("-", "Zoom out", () => zoomBy(view, 1 / ZOOM)),
    key("0", "Whole trace", () => view.setRange(null)),
    key("z", "Zoom to the span", () => {
      if (selected >= 0) {
        view.setRange(rangeAround(tree.start[selected] as number, tree.end[selected] as number, whole));
      }
    }),
    key("[", "Earlier", () => view.setRange(panBy(range, -PAN, whole))),
    key("]", "Later", () => view.setRange(panBy(range, PAN, whole))),
  ];
}

function treeKeys(view: TraceView, actions: TreeActions): Hotkey[] {
  const { tree, collapsed, selected } = view;
  const key = (keys: string, label: string, run: () => void): Hotkey => ({
    keys,
    label,
    group: "In the tree",
    run,
  });
  const fold = (to: boolean) => selected >= 0 && view.setCollapsed(setSubtree(tree, collapsed, selected, to));
  return [
    key("arrowdown", "Next span", () => moveBy(view, 1)),
    key("arrowup", "Previous span", () => moveBy(view, -1)),
    key("arrowleft", "Collapse, or to the parent", () => goLeft(view)),
    key("arrowright", "Expand, or to the first child", () => goRight(view)),
    key("shift+arrowleft", "Collapse all below", () => fold(true)),
    key("shift+arrowright", "Expand all below", () => fold(false)),
    key("pagedown", "A page down", () => moveBy(view, actions.page())),
    key("pageup", "A page up", () => moveBy(view, -actions.page())),
    key("home", "First span", () => moveBy(view, -tree.size)),
    key("end", "Last span", () => moveBy(view, tree.size)),
    key("enter", "Read the span", actions.focusPanel),
  ];
}

function goLeft(view: TraceView): void {
  const { tree, collapsed, selected } = view;
  if (selected < 0) return;
  const to = leftOf(tree, collapsed, selected);
  if (to === "collapse") view.setCollapsed(setCollapsed(collapsed, selected, true));
  else if (to !== -1) view.select(to);
}

function goRight(view: TraceView): void {
  const { tree, collapsed, selected } = view;
  if (selected < 0 || !hasChildren(tree, selected)) return;
  if (collapsed[selected]) view.setCollapsed(setCollapsed(collapsed, selected, false));
  else moveBy(view, 1);
}
