const SAMPLE = 400;
const SHARE = 0.98;

/** What bars are measured by: nearly the longest of all, so that one that took forever does not flatten the rest. */
export function usualLongest(durations: readonly (number | null)[]): number {
  const step = Math.max(1, Math.floor(durations.length / SAMPLE));
  const sample: number[] = [];
  for (let index = 0; index < durations.length; index += step) {
    const duration = durations[index];
    if (duration !== null && duration !== undefined) sample.push(duration);
  }
  sample.sort((a, b) => a - b);
  return Math.max(1e-6, sample[Math.ceil(sample.length * SHARE) - 1] ?? 0);
}
