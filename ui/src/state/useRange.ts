import { useMemo } from "react";
import { useInfo } from "@/api/info";
import { toMillis } from "@/format";
import { type Range, rangeOf, shifted, zoomedOut } from "./range";
import { useScope } from "./scope";

/** Ways to move through time that all screens share. */
export interface RangeMoves {
  zoomOut: () => void;
  shift: (direction: -1 | 1) => void;
  all: () => void;
}

/** Zoom out, earlier and later, from the range on screen and the extent of the folder. */
export function useRangeMoves(): RangeMoves {
  const { scope, setScope, setRange } = useScope();
  const { data: info } = useInfo();
  return useMemo(() => {
    const extent: Range | null =
      info?.first_time && info.last_time
        ? { start: toMillis(info.first_time), end: Math.max(toMillis(info.last_time), toMillis(info.now)) }
        : null;
    const all = () => setScope({ start: undefined, end: undefined });
    const current = () => rangeOf(scope.start, scope.end, Date.now());
    return {
      all,
      zoomOut: () => {
        const range = current();
        if (!range || !extent) return;
        const wide = zoomedOut(range, extent);
        if (wide) setRange(wide);
        else all();
      },
      shift: (direction) => {
        const range = current() ?? extent;
        if (range) setRange(shifted(range, direction));
      },
    };
  }, [scope.start, scope.end, setScope, setRange, info]);
}
