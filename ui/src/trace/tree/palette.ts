import { useMemo } from "react";
import { kindOf } from "@/design";
import { useTheme } from "@/state/preferences";

/** The theme's colours, as a canvas takes them. */
export interface Palette {
  readonly kinds: readonly string[];
  readonly noKind: string;
  readonly text: string;
  readonly muted: string;
  readonly background: string;
  readonly line: string;
  readonly bad: string;
  readonly accent: string;
  readonly mark: string;
  readonly font: string;
}

function readPalette(kinds: readonly string[]): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const color = (kind: string | null) => token(kindOf(kind).color.slice("var(".length, -1));
  return {
    kinds: kinds.map(color),
    noKind: color(null),
    text: token("--text"),
    muted: token("--text-muted"),
    background: token("--bg"),
    line: token("--border"),
    bad: token("--bad"),
    accent: token("--accent"),
    mark: token("--mark"),
    font: `11px ${token("--font-sans")}`,
  };
}

/** The colours of the theme on screen, for the kinds of a trace. */
export function usePalette(kinds: readonly string[]): Palette {
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the tokens hold.
  return useMemo(() => readPalette(kinds), [kinds, theme]);
}
