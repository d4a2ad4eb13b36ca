import { expect, test } from "vitest";
import { criticalPath } from "./critical";
import { type Made, outlineOf } from "./outline.testing";
import { buildTree } from "./tree";

const timesOf = (spans: Made[]) => [...criticalPath(buildTree(outlineOf(spans))).time];

test("the path goes through the last finishing child, and on from its start", () => {
  const times = timesOf([
    { parent: -1, start: 0, duration: 100 },
    { parent: 0, start: 10, duration: 30 },
    { parent: 0, start: 45, duration: 45 },
    { parent: 0, start: 50, duration: 10 },
  ]);
  expect(times).toEqual([10 + 5 + 10, 30, 45, 0]);
});

test("of children side by side only the one waited for is on the path", () => {
  const times = timesOf([
    { parent: -1, start: 0, duration: 100 },
    { parent: 0, start: 0, duration: 60 },
    { parent: 0, start: 0, duration: 100 },
  ]);
  expect(times).toEqual([0, 0, 100]);
});

test("work that goes on after its parent counts up to the parent's end", () => {
  const times = timesOf([
    { parent: -1, start: 0, duration: 100 },
    { parent: 0, start: 0, duration: 50 },
    { parent: 1, start: 10, duration: 60 },
  ]);
  expect(times).toEqual([50, 10, 40]);
});

test("the parts of the path add up to the time of the trace", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const spans: Made[] = [{ parent: -1, start: 0, duration: 1000 }];
  for (let i = 1; i < 300; i++) {
    const parent = Math.floor(random() * i);
    const above = spans[parent] as Made;
    const start = above.start + Math.floor(random() * ((above.duration ?? 0) + 1));
    spans.push({ parent, start, duration: Math.floor(random() * 300) });
  }
  const path = criticalPath(buildTree(outlineOf(spans)));
  const tree = buildTree(outlineOf(spans));
  const sum = path.time.reduce((a, b) => a + b, 0);
  expect(sum).toBeLessThanOrEqual(tree.extent);
  expect(sum).toBeGreaterThanOrEqual(1000);
  const edges = path.from
    .map((from, i) => [from, path.to[i] as number])
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  for (let i = 1; i < edges.length; i++) expect(edges[i]?.[0]).toBeGreaterThanOrEqual(edges[i - 1]?.[1] ?? 0);
});

test("ten thousand levels do not overflow the stack", () => {
  const spans = Array.from({ length: 10_000 }, (_, i) => ({
    parent: i - 1,
    start: i,
    duration: 20_000 - 2 * i,
  }));
  expect(timesOf(spans).at(-1)).toBe(2);
});
