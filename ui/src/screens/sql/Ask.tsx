import { Button } from "@/design";
import styles from "./SqlScreen.module.css";

/** A link brought a statement along that was never run here: the user has the word. */
export function Ask({ onRun, onLeave }: { onRun: () => void; onLeave: () => void }) {
  return (
    <div className={styles.ask} role="alert">
      <p>
        This query came with the link and was never run in this browser. It can read this folder and change
        nothing.
      </p>
      <Button variant="primary" onClick={onRun}>
        Run it
      </Button>
      <Button variant="ghost" onClick={onLeave}>
        Leave it
      </Button>
    </div>
  );
}
