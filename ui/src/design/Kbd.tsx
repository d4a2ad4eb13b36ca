import styles from "./Kbd.module.css";

const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
const NAMES: Record<string, string> = {
  mod: MAC ? "⌘" : "Ctrl",
  shift: "⇧",
  alt: MAC ? "⌥" : "Alt",
  enter: "↵",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  space: "Space",
};

/** Keys as the hotkey registry writes them: `mod+k`, or `g o` for one after the other. */
export function Kbd({ keys }: { keys: string }) {
  const parts = keys.split(" ").flatMap((chord) => chord.split("+"));
  return (
    <span className={styles.keys}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same key may come twice, and the list never changes order.
        <kbd key={index} className={styles.kbd}>
          {NAMES[part.toLowerCase()] ?? (part.length === 1 ? part.toUpperCase() : part)}
        </kbd>
      ))}
    </span>
  );
}
