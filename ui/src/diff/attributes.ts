/** How one attribute stands in two spans. */
export interface AttributeRow {
  name: string;
  kind: "same" | "changed" | "removed" | "added";
  a: unknown;
  b: unknown;
}

const ORDER = { changed: 0, removed: 1, added: 2, same: 3 } as const;

/** Compare two sets of attributes by name: what differs first, then by name. */
export function diffAttributes(a: Record<string, unknown>, b: Record<string, unknown>): AttributeRow[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names
    .map((name) => compare(name, a, b))
    .sort((x, y) => ORDER[x.kind] - ORDER[y.kind] || byName(x, y));
}

const byName = (x: AttributeRow, y: AttributeRow) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0);

function compare(name: string, a: Record<string, unknown>, b: Record<string, unknown>): AttributeRow {
  const row = { name, a: a[name], b: b[name] };
  if (!Object.hasOwn(a, name)) return { ...row, kind: "added" };
  if (!Object.hasOwn(b, name)) return { ...row, kind: "removed" };
  return { ...row, kind: sameValue(a[name], b[name]) ? "same" : "changed" };
}

/** Whether two JSON values are equal; the order of an object's keys does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]));
}
