const STEPS = [1, 2, 2.5, 5, 10] as const;

/** Round amounts from 0 up to a little above the highest, about `most` of them. */
export function ticksTo(high: number, most = 4): number[] {
  if (!(high > 0)) return [0, 1];
  const rough = high / most;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * (STEPS.find((one) => one * unit >= rough * 0.999) ?? 10);
  const count = Math.ceil(high / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Which of so many places get a label: at most `most`, evenly apart, the first always. */
export function labelled(count: number, most: number): number[] {
  const every = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every);
}
