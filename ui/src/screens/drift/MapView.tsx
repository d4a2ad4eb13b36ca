import { useMemo, useState } from "react";
import { type DriftMap, useDriftMap, type Watched } from "@/api/drift";
import { Button, ErrorState, Skeleton } from "@/design";
import { count } from "@/format";
import { Behind } from "./Behind";
import styles from "./Drift.module.css";
import { Both } from "./Levels";
import { Plane } from "./Plane";
import { type PlanePoint, pointsOf, tracesOf } from "./plane";

interface MapViewProps {
  watched: Watched;
  run: string;
  column: string;
}

/** The embeddings that a run compared, on a plane. What is dragged over leads to its traces. */
export function MapView({ watched, run, column }: MapViewProps) {
  const { data, error } = useDriftMap(watched, run, column);
  if (error) return <ErrorState title="There is no map of these embeddings" error={error} />;
  return data ? <Chosen key={run} map={data} /> : <Skeleton width="100%" height={320} />;
}

function Chosen({ map }: { map: DriftMap }) {
  const points = useMemo(() => pointsOf(map), [map]);
  const [chosen, setChosen] = useState<readonly PlanePoint[]>([]);
  const current = chosen.filter(({ isCurrent }) => isCurrent).length;
  return (
    <div className={styles.parts}>
      <Both />
      <Plane points={points} chosen={chosen} onChoose={setChosen} />
      <p className={styles.small}>{mapWords(map)} Drag over points to see their traces.</p>
      {chosen.length > 0 && (
        <div className={styles.selection}>
          <span role="status">
            Chosen: {count(current)} of the current sample, {count(chosen.length - current)} of the reference.
          </span>
          <Button size="sm" onClick={() => setChosen([])}>
            Let go
          </Button>
        </div>
      )}
      <Behind ids={tracesOf(chosen)} title="Traces of what is chosen" />
    </div>
  );
}

/** How to read it, and of how many it is. */
function mapWords({ method, reference, current }: DriftMap): string {
  const how =
    method === "map"
      ? "Neighbours are kept together; distances between groups say nothing."
      : "The two widest axes of both samples.";
  const shown = reference.x.length + current.x.length;
  const all = reference.total + current.total;
  return shown < all ? `${how} ${count(shown)} of ${count(all)} rows are shown.` : how;
}
