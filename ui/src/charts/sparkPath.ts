/** The path of a line through values in a box: gaps where values are missing, dots between gaps. Zero is the floor. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const high = Math.max(...values.map((value) => value ?? 0), 0) || 1;
  const step = width / Math.max(1, values.length - 1);
  let pen = "M";
  return values
    .map((value, index) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const point = `${pen}${(index * step).toFixed(1)} ${(height - (value / high) * height).toFixed(1)}`;
      pen = "L";
      const alone = (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
      return alone ? `${point}h0` : point;
    })
    .join("");
}
