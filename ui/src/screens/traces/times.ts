import { useSyncExternalStore } from "react";
import { relative, time, type Zone } from "@/format";
import { remember, remembered, usePreferences } from "@/state/preferences";

/** How lists write times. */
export type TimeStyle = "clock" | "ago";

const KEY = "times";
const TICK_MS = 10_000;

let style: TimeStyle = remembered<TimeStyle>(KEY, "clock");
let tick = 0;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

export function setTimeStyle(next: TimeStyle): void {
  style = next;
  remember(KEY, next);
  tell();
}

let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (style !== "ago") return;
    tick++;
    tell();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useTimeStyle(): TimeStyle {
  return useSyncExternalStore(subscribe, () => style);
}

/** A time as lists show it; what says how long ago is written anew as time goes by. */
export function useTimeText(at: string): { text: string; zone: Zone } {
  const { zone } = usePreferences();
  const shown = useSyncExternalStore(subscribe, () => `${style} ${tick}`);
  return { text: shown.startsWith("ago") ? relative(at) : time(at, zone), zone };
}
