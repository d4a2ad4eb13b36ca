/** The part of the time axis on screen, in nanoseconds from the start of the trace. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The shortest range that can be zoomed to: 1 µs. */
export const SHORTEST = 1000;

const ROOM = 1.14;

/** The range that shows all of a trace, with room at the end for the labels of bars. */
export function wholeRange(extent: number): Range {
  return { from: 0, to: Math.max(extent * ROOM, SHORTEST) };
}

/** Bring a range inside the whole, keeping its width where it can be kept. */
export function clampRange(range: Range, whole: Range): Range {
  const width = Math.min(Math.max(range.to - range.from, SHORTEST), whole.to - whole.from);
  const middle = (range.from + range.to) / 2;
  const from = Math.min(Math.max(middle - width / 2, whole.from), whole.to - width);
  return { from, to: from + width };
}

/** Make the range `factor` times as wide, with the time `anchor` staying where it is on screen. */
export function zoomAt(range: Range, factor: number, anchor: number, whole: Range): Range {
  const width = (range.to - range.from) * factor;
  if (width < SHORTEST && factor < 1) return range;
  const share = (anchor - range.from) / (range.to - range.from);
  const from = anchor - share * width;
  return clampRange({ from, to: from + width }, whole);
}

/** Move the range by a share of its own width. */
export function panBy(range: Range, share: number, whole: Range): Range {
  const step = (range.to - range.from) * share;
  return clampRange({ from: range.from + step, to: range.to + step }, whole);
}

/** The range between two times, in whichever order they come. */
export function between(a: number, b: number, whole: Range): Range {
  return clampRange({ from: Math.min(a, b), to: Math.max(a, b) }, whole);
}

/** The range that shows a span with a tenth of room on either side. */
export function rangeAround(start: number, end: number, whole: Range): Range {
  const room = Math.max((end - start) * 0.1, SHORTEST / 2);
  return clampRange({ from: start - room, to: end + room }, whole);
}

export const isWhole = (range: Range, whole: Range): boolean =>
  range.from <= whole.from && range.to >= whole.to;

/** Times for the marks of an axis: round numbers, at most `most` of them. */
export function ticks(range: Range, most: number): { times: number[]; step: number } {
  const step = roundStep((range.to - range.from) / Math.max(1, most));
  const times: number[] = [];
  for (let at = Math.ceil(range.from / step) * step; at <= range.to; at += step) times.push(at);
  return { times, step };
}

const MINUTE = 60e9;
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 720, 1440].map((minutes) => minutes * MINUTE);

/** The next 1, 2 or 5 times a power of ten; beyond half a minute, what a clock has. */
function roundStep(least: number): number {
  if (least > 30e9)
    return LONG_STEPS.find((step) => step >= least) ?? Math.ceil(least / (1440 * MINUTE)) * 1440 * MINUTE;
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10;
  return step * power > 20e9 ? 30e9 : step * power;
}

/** A time on an axis whose marks are `step` apart: `350 ms`, `1.25 s`, `2:30`. */
export function axisLabel(time: number, step: number): string {
  if (time === 0) return "0";
  if (step >= MINUTE || time >= 10 * MINUTE) return clock(time, step);
  const [unit, size] = (
    [
      ["s", 1e9],
      ["ms", 1e6],
      ["µs", 1e3],
      ["ns", 1],
    ] as const
  ).find(([, one]) => time >= one) ?? ["ns", 1];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  return `${(time / size).toFixed(digits)} ${unit}`;
}

function clock(time: number, step: number): string {
  const seconds = time / 1e9;
  const digits = step >= 1e9 ? 0 : Math.min(6, Math.ceil(-Math.log10(step / 1e9)));
  const rest = (seconds % 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
