import type { ReactNode } from "react";
import styles from "./ChartCard.module.css";

interface ChartFrameProps {
  title: string;
  legend?: ReactNode;
  note?: ReactNode;
  children: ReactNode;
}

/** The card around a chart, or around the place where one will be. */
export function ChartFrame({ title, legend, note, children }: ChartFrameProps) {
  return (
    <figure className={styles.card}>
      <figcaption className={styles.head}>
        <h3>{title}</h3>
        {legend}
        <span className={styles.note}>{note}</span>
      </figcaption>
      {children}
    </figure>
  );
}
