import { memo, useEffect, useState } from "react";
import { RUNNING } from "../model/tree";
import { drawBars, type Scene } from "./drawBars";
import { ROW } from "./layout";
import styles from "./tree.module.css";
import { useCanvas } from "./useCanvas";

interface BarsProps extends Omit<Scene, "phase"> {
  left: number;
}

/** The time column: one canvas for all rows of the window, which moves along as they scroll. */
export const Bars = memo(function Bars({ left, ...scene }: BarsProps) {
  const phase = usePhase(anyRunning(scene));
  const height = (scene.window.last - scene.window.first) * ROW;
  const canvas = useCanvas(scene.width, height, (pen) => drawBars(pen, { ...scene, phase }));
  return (
    <canvas ref={canvas} aria-hidden className={styles.bars} style={{ left, width: scene.width, height }} />
  );
});

function anyRunning({ tree, rows, window }: Pick<Scene, "tree" | "rows" | "window">): boolean {
  return rows.subarray(window.first, window.last).some((span) => tree.outline.state[span] === RUNNING);
}

const FRAME_MS = 60;
const TURN_MS = 900;

/** Goes from 0 to 1 again and again while `on`; stands still for those who do not want motion. */
function usePhase(on: boolean): number {
  const [phase, setPhase] = useState(0);
  useEffect(() => {
    if (!on || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const timer = setInterval(() => setPhase((Date.now() % TURN_MS) / TURN_MS), FRAME_MS);
    return () => clearInterval(timer);
  }, [on]);
  return phase;
}
