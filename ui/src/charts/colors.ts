/** The value of a design token now, for what draws on a canvas: `tokenColor("--accent")`. */
export function tokenColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
