import type { DriftPoint } from "@/api/drift";
import { bandAround, type Course, lineThrough, stretches } from "./course";
import styles from "./Drift.module.css";
import { COLORS, STANDINGS } from "./words";

const LINE = "var(--series-2)";

/** The drawn part of a course: bands, lines, and a dot for each run in the colour of its standing. */
export function Shapes({ points, course }: { points: readonly DriftPoint[]; course: Course }) {
  const known = stretches(course.spots);
  return (
    <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      <g transform="matrix(1 0 0 -1 0 1)">
        {known.map((stretch) => (
          <g key={stretch[0]?.at}>
            <path d={bandAround(stretch)} fill={`color-mix(in srgb, ${LINE} 16%, transparent)`} />
            <path
              d={lineThrough(stretch)}
              className={styles.courseLine}
              stroke={LINE}
              vectorEffect="non-scaling-stroke"
            />
          </g>
        ))}
        {STANDINGS.map((standing) => (
          <path
            key={standing}
            d={dotsOf(points, course, standing)}
            className={styles.dots}
            stroke={COLORS[standing]}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </g>
    </svg>
  );
}

/** Lines of no length, whose round ends are dots that keep their shape however the box is stretched. */
function dotsOf(points: readonly DriftPoint[], { spots }: Course, standing: DriftPoint["status"]): string {
  return spots
    .filter((_, index) => points[index]?.status === standing)
    .map(({ x, y }) => `M${x} ${y ?? 0}h0`)
    .join("");
}
