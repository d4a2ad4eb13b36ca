import styles from "./Examples.module.css";
import { EXAMPLES } from "./examples";

/** Questions to begin with, which any folder can answer. */
export function Examples({ onTry }: { onTry: (sql: string) => void }) {
  return (
    <section className={styles.examples} aria-label="Examples">
      <h2>Questions to begin with</h2>
      <p>Everything this folder holds can be asked for in SQL, and nothing can be changed by it.</p>
      <ul>
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => onTry(example.sql)}>
              <b>{example.title}</b>
              <span>{example.what}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
