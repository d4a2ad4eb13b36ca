import styles from "./TracePicker.module.css";

/** The letter of a side in its colour, the same wherever it stands. */
export function Side({ side }: { side: "a" | "b" }) {
  return (
    <span className={styles.side} data-side={side}>
      {side.toUpperCase()}
    </span>
  );
}
