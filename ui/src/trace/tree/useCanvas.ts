import { type RefObject, useLayoutEffect, useRef } from "react";

/** A canvas of a size in CSS pixels, sharp on every screen, drawn anew after each render. */
export function useCanvas(
  width: number,
  height: number,
  draw: (pen: CanvasRenderingContext2D) => void,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!canvas.current || !pen || width <= 0 || height <= 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.current.width !== w || canvas.current.height !== h) {
      canvas.current.width = w;
      canvas.current.height = h;
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(pen);
  });
  return canvas;
}
