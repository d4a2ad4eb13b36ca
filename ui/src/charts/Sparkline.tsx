import { sparkPath } from "./sparkPath";

const WIDTH = 120;
const HEIGHT = 28;

/** The course of a number in one small line; what it says stands beside it, so it is hidden from screen readers. */
export function Sparkline({
  values,
  color = "--series-1",
}: {
  values: readonly (number | null)[];
  color?: string;
}) {
  const path = sparkPath(values, WIDTH, HEIGHT);
  return (
    <svg
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      width="100%"
      height={HEIGHT + 4}
      aria-hidden="true"
    >
      <path
        d={path}
        fill="none"
        stroke={`var(${color})`}
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
