import type { DriftMap } from "@/api/drift";

/** One embedding on the plane. */
export interface PlanePoint {
  /** Its place among all points. */
  id: number;
  x: number;
  y: number;
  traceId: string | null;
  isCurrent: boolean;
}

/** What of the plane is shown around the square from -1 to 1. */
export const MARGIN = 1.05;

/** The points of both samples, those of the reference first, so that current ones are drawn over them. */
export function pointsOf({ reference, current }: DriftMap): PlanePoint[] {
  return [reference, current].flatMap((sample, index) =>
    sample.x.map((x, at) => ({
      id: at + index * reference.x.length,
      x,
      y: sample.y[at] ?? 0,
      traceId: sample.trace_ids[at] ?? null,
      isCurrent: index === 1,
    })),
  );
}

interface Place {
  x: number;
  y: number;
}

/** Points in the rectangle between two corners. */
export function within(points: readonly PlanePoint[], a: Place, b: Place): PlanePoint[] {
  const between = (value: number, one: number, other: number) =>
    value >= Math.min(one, other) && value <= Math.max(one, other);
  return points.filter(({ x, y }) => between(x, a.x, b.x) && between(y, a.y, b.y));
}

/** The point nearest to a place, if it is within reach. */
export function nearestPoint(points: readonly PlanePoint[], at: Place, reach: number): PlanePoint | null {
  let best: PlanePoint | null = null;
  let least = reach;
  for (const point of points) {
    const distance = Math.hypot(point.x - at.x, point.y - at.y);
    if (distance <= least) [best, least] = [point, distance];
  }
  return best;
}

/** The traces of points, those of current ones first, each once. */
export function tracesOf(points: readonly PlanePoint[]): string[] {
  const ordered = [...points].sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent));
  return [...new Set(ordered.flatMap(({ traceId }) => (traceId ? [traceId] : [])))];
}

/** The next point in an order that keys can follow: from left to right, the current sample alone. */
export function neighbour(
  points: readonly PlanePoint[],
  from: PlanePoint | null,
  step: number,
): PlanePoint | null {
  const row = points.filter(({ isCurrent }) => isCurrent).sort((a, b) => a.x - b.x);
  if (row.length === 0) return null;
  const at = from ? row.indexOf(from) : -1;
  if (at < 0) return row[step > 0 ? 0 : row.length - 1] ?? null;
  return row[Math.min(row.length - 1, Math.max(0, at + step))] ?? null;
}
