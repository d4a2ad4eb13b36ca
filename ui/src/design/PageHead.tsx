import type { ReactNode } from "react";
import { classes } from "./classes";
import styles from "./PageHead.module.css";

interface PageHeadProps {
  /** A link to where all things of its kind are listed, with an icon. */
  back: ReactNode;
  title: string;
  /** Whether the title is an id. */
  mono?: boolean;
  /** What stands beside the title: how it is, and what can be done with it. */
  children?: ReactNode;
}

/** The head of a page about one thing: the way back to all of them, and what it is called. */
export function PageHead({ back, title, mono, children }: PageHeadProps) {
  return (
    <div className={styles.head}>
      <span className={styles.back}>{back}</span>
      <h2 className={classes("truncate", mono && "mono")}>{title}</h2>
      {children}
    </div>
  );
}

/** What is known of a thing, side by side. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>;
}

interface FactProps {
  name: string;
  bad?: boolean;
  children: ReactNode;
}

/** One of them; nothing where there is nothing to say. */
export function Fact({ name, bad, children }: FactProps) {
  if (children === null || children === "") return null;
  return (
    <div className={styles.fact} data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
