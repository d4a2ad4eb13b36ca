/** A number of a chart in few characters, whatever it counts: 0.00123, 12.3, 4.56k. */
export function short(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  for (const [unit, sign] of UNITS) if (size >= unit) return `${digits(value / unit)}${sign}`;
  return digits(value);
}

const UNITS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

function digits(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value);
  return Number(value.toPrecision(3)).toLocaleString("en-US", {
    maximumFractionDigits: 9,
    useGrouping: false,
  });
}
