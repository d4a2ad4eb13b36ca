import { useSyncExternalStore } from "react";
import type { Zone } from "@/format";

/** What a user chose for this browser. */
export interface Preferences {
  theme: "system" | "light" | "dark";
  zone: Zone;
  density: "compact" | "comfortable";
  sidebar: "open" | "folded";
}

const KEY = "pyflare.preferences";
const DEFAULTS: Preferences = { theme: "system", zone: "local", density: "compact", sidebar: "open" };

let current = read();
const listeners = new Set<() => void>();

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

/** Change preferences, keep them, and show them at once. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(KEY, JSON.stringify(current));
  apply();
}

function apply(): void {
  const root = document.documentElement;
  root.dataset.theme = themeShown();
  root.dataset.density = current.density;
  for (const listener of listeners) listener();
}

/** The theme on screen: what was chosen, or what the system says. */
export function themeShown(): "light" | "dark" {
  if (current.theme !== "system") return current.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Apply the preferences now, and follow the system's theme and the other tabs. Called once, before the first render. */
export function startPreferences(): void {
  apply();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    current = read();
    apply();
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The preferences, drawn anew when they change. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

/** The theme on screen, for what draws on a canvas. */
export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(subscribe, themeShown);
}

/** A value of a screen's own that this browser remembers (columns, folds), under `pyflare.<name>`. */
export function remembered<T>(name: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`pyflare.${name}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function remember(name: string, value: unknown): void {
  localStorage.setItem(`pyflare.${name}`, JSON.stringify(value));
}
