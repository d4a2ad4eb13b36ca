// Runs before the first paint, so that a page never flashes in the wrong theme. `src/state/preferences.ts` takes over.
(() => {
  let theme = "system";
  try {
    theme = JSON.parse(localStorage.getItem("pyflare.preferences") ?? "{}").theme ?? "system";
  } catch {
    // Storage that cannot be read is the same as storage that is empty.
  }
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
