import type { Zone } from "@/format";
import { wallClock } from "@/format/zone";

const DAY_S = 86_400;
const two = (value: number) => String(value).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Labels of a time axis: the clock, and the day where it changes. `step` is the distance of the ticks in seconds. */
export function axisLabels(ticks: readonly number[], step: number, zone: Zone): string[] {
  let day = "";
  return ticks.map((tick) => {
    const at = wallClock(zone, tick * 1000);
    const today = `${at.getDate()} ${MONTHS[at.getMonth()]}`;
    if (step >= 28 * DAY_S) return `${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
    if (step >= DAY_S) return today;
    const midnight = at.getHours() + at.getMinutes() + at.getSeconds() === 0;
    const changed = day !== "" && day !== today;
    day = today;
    if (midnight || changed) return today;
    return `${two(at.getHours())}:${two(at.getMinutes())}${step < 60 ? `:${two(at.getSeconds())}` : ""}`;
  });
}
