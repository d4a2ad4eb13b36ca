/** The token of the colour of a series. */
export const seriesColor = (index: number): string => `--series-${(index % 8) + 1}`;
