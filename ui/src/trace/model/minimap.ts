import { ERROR, type Tree } from "./tree";

/** The whole trace as a picture of few pixels: a line per level of the tree, the last for all deeper ones. */
export interface Overview {
  readonly width: number;
  readonly height: number;
  /** The kind of the span at each pixel, as a position in the outline's kinds, plus 2; 1 for no kind; 0 for nothing. */
  readonly kind: Int16Array;
  /** 1 in the columns in which a span with an error began. */
  readonly error: Uint8Array;
}

/** Draw the overview. Takes time in proportion to spans and pixels, not to their product. */
export function overview(tree: Tree, width: number, height: number): Overview {
  const kind = new Int16Array(width * height);
  const error = new Uint8Array(width);
  const drawnTo = new Int32Array(height).fill(-1);
  const scale = width / Math.max(tree.extent, 1);
  for (let span = 0; span < tree.size; span++) {
    const line = Math.min(tree.depth[span] as number, height - 1);
    const first = Math.min(width - 1, Math.floor((tree.start[span] as number) * scale));
    const last = Math.min(width - 1, Math.max(first, Math.ceil((tree.end[span] as number) * scale) - 1));
    const value = (tree.outline.kind[span] as number) + 2;
    const from = Math.max(first, (drawnTo[line] as number) + 1);
    if (from <= last) {
      kind.fill(value, line * width + from, line * width + last + 1);
      drawnTo[line] = last;
    }
    if (tree.outline.status[span] === ERROR) error[first] = 1;
  }
  return { width, height, kind, error };
}
