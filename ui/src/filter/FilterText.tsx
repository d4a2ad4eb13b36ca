import { classes } from "@/design";
import styles from "./FilterText.module.css";
import { segmentsOf } from "./highlight";

interface FilterTextProps {
  text: string;
  wrong?: { start: number; end: number } | null;
  /** Where to put a mark of no width, for placing what belongs to that place. */
  mark?: number;
  markRef?: (node: HTMLElement | null) => void;
}

/** A filter in its colours, with what is wrong underlined. */
export function FilterText({ text, wrong, mark, markRef }: FilterTextProps) {
  return (
    <span className={styles.text}>
      {segmentsOf(text, wrong, mark).map((segment) => (
        <span key={segment.start} className={classes(styles[segment.look], segment.wrong && styles.wrong)}>
          {segment.start === mark && <span ref={markRef} />}
          {segment.text}
        </span>
      ))}
      {(mark ?? 0) >= text.length && <span ref={markRef} />}
    </span>
  );
}
