import { durationNs } from "@/format";
import type { CriticalPath } from "../model/critical";
import { eachSelfStretch } from "../model/selftime";
import { durationOf, ERROR, hasChildren, RUNNING, type Tree } from "../model/tree";
import type { Range } from "../model/zoom";
import { ROW, type Window } from "./layout";
import type { Palette } from "./palette";

/** What happened inside a span, in nanoseconds from the start of the trace. */
export interface Marks {
  readonly events: readonly number[];
  readonly firstChunk: number | null;
}

export interface Scene {
  readonly tree: Tree;
  readonly rows: Int32Array;
  readonly window: Window;
  readonly range: Range;
  readonly ticks: readonly number[];
  readonly width: number;
  readonly palette: Palette;
  readonly path: CriticalPath | null;
  readonly marks: ReadonlyMap<number, Marks>;
  /** Moves the stripes of running spans: 0 to 1. */
  readonly phase: number;
}

const BAR = 12;
const TOP = (ROW - BAR) / 2;
const PAD = 6;

type Pen = CanvasRenderingContext2D;

/** Draw the time column of the rows in the window; the first of them is at the top of the canvas. */
export function drawBars(pen: Pen, scene: Scene): void {
  const { window, width } = scene;
  pen.clearRect(0, 0, width, (window.last - window.first) * ROW);
  pen.font = scene.palette.font;
  pen.textBaseline = "middle";
  drawLines(pen, scene);
  for (let row = window.first; row < window.last; row++) {
    drawRow(pen, scene, scene.rows[row] as number, (row - window.first) * ROW);
  }
  pen.globalAlpha = 1;
}

const xOf = ({ range, width }: Scene, time: number) =>
  ((time - range.from) / (range.to - range.from)) * width;

function drawLines(pen: Pen, scene: Scene): void {
  pen.fillStyle = scene.palette.line;
  pen.globalAlpha = 0.6;
  const height = (scene.window.last - scene.window.first) * ROW;
  for (const time of scene.ticks) pen.fillRect(Math.round(xOf(scene, time)), 0, 1, height);
}

function drawRow(pen: Pen, scene: Scene, span: number, y: number): void {
  const { tree, path, width, palette } = scene;
  const left = xOf(scene, tree.start[span] as number);
  const right = Math.max(left + 2, xOf(scene, tree.end[span] as number));
  if (right < 0 || left > width) {
    drawElsewhere(pen, scene, right < 0, y);
    return;
  }
  const failed = tree.outline.status[span] === ERROR;
  const kind = tree.outline.kind[span] as number;
  pen.fillStyle = failed ? palette.bad : (palette.kinds[kind] ?? palette.noKind);
  const dim = path !== null && path.time[span] === 0 ? 0.35 : 1;
  drawBar(pen, scene, span, { left, right, y: y + TOP, dim });
  if (path) drawPath(pen, scene, path, span, y + TOP);
  drawMarks(pen, scene, span, y + TOP);
  pen.globalAlpha = dim;
  pen.fillStyle = failed ? palette.bad : palette.muted;
  drawLabel(pen, scene, durationLabel(tree, span), { left, right, y: y + ROW / 2 });
}

interface Bar {
  left: number;
  right: number;
  y: number;
  dim: number;
}

function drawBar(pen: Pen, scene: Scene, span: number, { left, right, y, dim }: Bar): void {
  const { tree, width } = scene;
  const from = Math.max(left, -4);
  const to = Math.min(right, width + 4);
  const leaf = !hasChildren(tree, span);
  pen.globalAlpha = dim * (leaf ? 0.85 : 0.3);
  pen.beginPath();
  pen.roundRect(from, y, to - from, BAR, Math.min(3, (to - from) / 2));
  pen.fill();
  if (!leaf) {
    pen.globalAlpha = dim * 0.85;
    eachSelfStretch(tree, span, (begin, end) => {
      const a = Math.max(xOf(scene, begin), from);
      const b = Math.min(xOf(scene, end), to);
      if (b > a) pen.fillRect(a, y, Math.max(b - a, 0.5), BAR);
    });
  }
  if (tree.outline.state[span] === RUNNING) drawStripes(pen, scene, { left: from, right: to, y, dim });
}

const STRIPE = 12;

function drawStripes(pen: Pen, { palette, phase }: Scene, { left, right, y }: Bar): void {
  pen.save();
  pen.beginPath();
  pen.rect(left, y, right - left, BAR);
  pen.clip();
  pen.globalAlpha = 0.45;
  pen.strokeStyle = palette.background;
  pen.lineWidth = 3;
  pen.beginPath();
  for (let x = left - BAR + ((phase * STRIPE) % STRIPE); x < right + BAR; x += STRIPE) {
    pen.moveTo(x, y + BAR);
    pen.lineTo(x + BAR, y);
  }
  pen.stroke();
  pen.restore();
}

function drawPath(pen: Pen, scene: Scene, path: CriticalPath, span: number, y: number): void {
  pen.fillStyle = scene.palette.text;
  pen.globalAlpha = 1;
  for (const at of path.stretches.get(span) ?? []) {
    const from = Math.max(0, xOf(scene, path.from[at] as number));
    const to = Math.min(scene.width, xOf(scene, path.to[at] as number));
    if (to > from) pen.fillRect(from, y + BAR - 1, Math.max(to - from, 1), 3);
  }
}

function drawMarks(pen: Pen, scene: Scene, span: number, y: number): void {
  const marks = scene.marks.get(span);
  if (!marks) return;
  pen.globalAlpha = 1;
  pen.fillStyle = scene.palette.text;
  for (const time of marks.events) pen.fillRect(Math.round(xOf(scene, time)) - 1, y - 3, 2, BAR + 6);
  if (marks.firstChunk === null) return;
  const x = xOf(scene, marks.firstChunk);
  pen.beginPath();
  pen.moveTo(x, y + 3);
  pen.lineTo(x + 4, y - 4);
  pen.lineTo(x - 4, y - 4);
  pen.fill();
}

/** A small arrow for a span that lies wholly outside the range. */
function drawElsewhere(pen: Pen, { palette, width }: Scene, before: boolean, y: number): void {
  pen.globalAlpha = 0.7;
  pen.fillStyle = palette.muted;
  pen.textAlign = before ? "left" : "right";
  pen.fillText(before ? "‹" : "›", before ? 4 : width - 4, y + ROW / 2);
}

function durationLabel(tree: Tree, span: number): string {
  if (tree.outline.span_duration_ns[span] !== null) return durationNs(durationOf(tree, span));
  return tree.outline.state[span] === RUNNING ? "running" : "died";
}

/** Beside the bar where there is room, else at the end of the bar. */
function drawLabel(pen: Pen, scene: Scene, text: string, { left, right, y }: Omit<Bar, "dim">): void {
  const room = pen.measureText(text).width + PAD;
  pen.textAlign = "left";
  if (right + room < scene.width) {
    pen.fillText(text, Math.max(right, 0) + PAD, y + 0.5);
  } else if (left - room > 0) {
    pen.textAlign = "right";
    pen.fillText(text, left - PAD, y + 0.5);
  } else {
    drawPlate(pen, scene, text, { room, y });
  }
}

function drawPlate(
  pen: Pen,
  { palette, width }: Scene,
  text: string,
  { room, y }: { room: number; y: number },
): void {
  const words = pen.fillStyle;
  pen.fillStyle = palette.background;
  pen.globalAlpha = 0.85;
  pen.beginPath();
  pen.roundRect(width - room - PAD - 2, y - 7, room + 2, 14, 3);
  pen.fill();
  pen.globalAlpha = 1;
  pen.fillStyle = words;
  pen.textAlign = "right";
  pen.fillText(text, width - PAD - 3, y + 0.5);
}
