const KEY = "pyflare.reloaded";
const AGAIN_MS = 60_000;

/**
 * Load the page anew when a part of it is gone: the server was upgraded under an open page, and the parts have other
 * names now. Once a minute at most, so that a part that is really broken shows its error.
 */
export function reloadStaleBuild(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    window.location.reload();
  });
}
