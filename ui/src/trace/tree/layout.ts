/** The height of a row, in pixels. */
export const ROW = 26;

/** Rows drawn above and below what is on screen, and how often, in rows, the drawn part moves while scrolling. */
export const OVERSCAN = 10;
const STEP = 8;

/** Which rows to draw. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** The row near the top of the screen that the window goes by: the same for small moves. */
export function topRow(scrollTop: number): number {
  return Math.floor(Math.max(0, scrollTop) / ROW / STEP) * STEP;
}

/** The rows to draw where `top` comes from `topRow`. */
export function windowOf(top: number, height: number, rowCount: number): Window {
  const visible = Math.ceil(height / ROW) + STEP;
  const first = Math.max(0, Math.min(top - OVERSCAN, rowCount - 1));
  return { first, last: Math.min(rowCount, top + visible + OVERSCAN) };
}

/** Where to scroll so that a row is on screen; what it is now where it is already. Far jumps put it in the middle. */
export function scrollToRow(row: number, scrollTop: number, height: number): number {
  const top = row * ROW;
  if (top >= scrollTop && top + ROW <= scrollTop + height) return scrollTop;
  const distance = top < scrollTop ? scrollTop - top : top + ROW - scrollTop - height;
  if (distance > 4 * ROW) return Math.max(0, top - (height - ROW) / 2);
  return top < scrollTop ? top : top + ROW - height;
}

/** How far each level is set in: less in deep trees, so that names keep room. */
export function indentOf(maxDepth: number, treeWidth: number): number {
  return Math.max(3, Math.min(16, (treeWidth * 0.45) / Math.max(1, maxDepth)));
}

/** The widths of the columns, in pixels. */
export interface Columns {
  readonly tree: number;
  readonly heat: number;
  readonly time: number;
}

const HEAT = 92;

export function columnsOf(width: number, treeShare: number, heat: boolean): Columns {
  const heatWidth = heat && width > 420 ? HEAT : 0;
  const tree = Math.round(Math.max(Math.min(140, width / 2), (width - heatWidth) * treeShare));
  return { tree, heat: heatWidth, time: Math.max(0, width - tree - heatWidth) };
}
