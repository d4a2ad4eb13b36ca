/** What stands where a number is missing. Missing is never zero. */
export const MISSING = "–";

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value);

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole count with thousands apart: 12,345. */
export function count(value: Maybe): string {
  return known(value) ? grouped.format(value) : MISSING;
}

const STEPS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** A count in little room: 999, 1.2k, 34.5k, 6.78M. Three digits that matter. */
export function compact(value: Maybe): string {
  if (!known(value)) return MISSING;
  const size = Math.abs(value);
  const step = STEPS.find(([unit]) => size >= unit * 0.9995);
  if (!step) return Number.isInteger(value) ? String(value) : trimmed(value, 3);
  return `${trimmed(value / step[0], 3)}${step[1]}`;
}

/** Tokens are counts; a cost of three digits says enough of them. */
export const tokens = compact;

/** Money: $0.0042, $1.23, $1,235, $12.3k; null (unpriced) is missing, zero is $0. */
export function cost(usd: Maybe): string {
  if (!known(usd)) return MISSING;
  if (usd === 0) return "$0";
  const sign = usd < 0 ? "−" : "";
  const size = Math.abs(usd);
  if (size < 0.000001) return `${sign}<$0.000001`;
  if (size < 0.01) return `${sign}$${trimmed(size, 2)}`;
  if (size >= 99.995 && size < 10_000) return `${sign}$${grouped.format(size)}`;
  if (size < 100) return `${sign}$${size.toFixed(size < 1 ? 3 : 2).replace(/(\.\d\d)0$/, "$1")}`;
  return `${sign}$${compact(size)}`;
}

/** A share from 0 to 1 as percent, to a tenth: 0.4%, 12.3%, 100%. */
export function percent(share: Maybe): string {
  if (!known(share)) return MISSING;
  const value = share * 100;
  if (value !== 0 && Math.abs(value) < 0.1) return value < 0 ? ">−0.1%" : "<0.1%";
  return `${Number(value.toFixed(1))}%`;
}

const SIZES = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes in steps of a thousand: 999 B, 1.5 kB, 23.4 MB. */
export function bytes(value: Maybe): string {
  if (!known(value)) return MISSING;
  let size = value;
  let step = 0;
  while (Math.abs(size) >= 999.5 && step < SIZES.length - 1) {
    size /= 1000;
    step++;
  }
  return `${trimmed(size, 3)} ${SIZES[step]}`;
}

const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12, useGrouping: false });

/** A number with at most `digits` significant digits and no trailing zeros, never in powers of ten. */
export function trimmed(value: number, digits: number): string {
  return plain.format(Number(value.toPrecision(digits)));
}
