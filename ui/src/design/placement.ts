/** A rectangle in the window, in pixels. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

const GAP = 6;
const EDGE = 8;

/** Where a floating box goes: under its anchor, above when there is no room, and always inside the window. */
export function placement(
  size: { width: number; height: number },
  anchor: Box,
  align: "start" | "center" | "end",
  view: { width: number; height: number },
): { left: number; top: number } {
  const offset = { start: 0, center: (anchor.width - size.width) / 2, end: anchor.width - size.width }[align];
  const left = Math.max(EDGE, Math.min(anchor.left + offset, view.width - size.width - EDGE));
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - size.height;
  const fitsBelow = below + size.height <= view.height - EDGE;
  return {
    left,
    top:
      fitsBelow || above < EDGE ? Math.max(EDGE, Math.min(below, view.height - size.height - EDGE)) : above,
  };
}

/** Put a floating element where it belongs, as a ref callback. */
export function placed(node: HTMLElement | null, anchor: Box, align: "start" | "center" | "end"): void {
  if (!node) return;
  const size = { width: node.offsetWidth, height: node.offsetHeight };
  const at = placement(size, anchor, align, { width: window.innerWidth, height: window.innerHeight });
  node.style.left = `${at.left}px`;
  node.style.top = `${at.top}px`;
}
