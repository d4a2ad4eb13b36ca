import type { Overview } from "../model/minimap";
import type { Palette } from "./palette";

/** Draw an overview whose lines are `thick` pixels high; errors are marked at the bottom, at `bottom`. */
export function paintOverview(
  pen: CanvasRenderingContext2D,
  { width, height, kind, error }: Overview,
  { palette, thick, bottom }: { palette: Palette; thick: number; bottom: number },
): void {
  pen.clearRect(0, 0, pen.canvas.width, bottom);
  pen.globalAlpha = 0.8;
  for (let line = 0; line < height; line++) {
    const y = line * thick + 3;
    eachRun(kind.subarray(line * width, (line + 1) * width), (value, from, to) => {
      pen.fillStyle = palette.kinds[value - 2] ?? palette.noKind;
      pen.fillRect(from, y, to - from, thick - 1);
    });
  }
  pen.globalAlpha = 1;
  pen.fillStyle = palette.bad;
  for (let x = 0; x < width; x++) if (error[x]) pen.fillRect(x, bottom - 4, 2, 4);
}

/** Call `visit` with each run of one value that is not 0. */
function eachRun(line: Int16Array, visit: (value: number, from: number, to: number) => void): void {
  for (let x = 0; x < line.length; ) {
    const value = line[x] as number;
    let end = x + 1;
    while (end < line.length && line[end] === value) end++;
    if (value > 0) visit(value, x, end);
    x = end;
  }
}
