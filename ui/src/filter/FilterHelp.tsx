import { CircleHelp } from "lucide-react";
import { useState } from "react";
import { type Of, useFilterFields } from "@/api/filters";
import { IconButton, Popover } from "@/design";
import styles from "./FilterHelp.module.css";
import { FilterText } from "./FilterText";

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["status = error", "What failed"],
  ["latency > 2s and model = gpt-4o", "Slow calls of one model"],
  ['text ~ "refund"', "Input or output holds the word"],
  ["refund", "The same: a word alone is looked for"],
  ["cost > $0.05 or tokens > 20k", "What is dear"],
  ["user in (ada, grace) and not (tag = test)", "Lists, brackets, not"],
  ["session is missing", "A field that is not there"],
  ["attributes.customer.tier = gold", "Any attribute"],
  ["score.helpful > 0.5", "A score by its name"],
  ["started > 2h", "Begun in the last two hours"],
];

/** What can be written, by example; a click tries it. */
export function FilterHelp({ of, onTry }: { of: Of; onTry: (filter: string) => void }) {
  const [open, setOpen] = useState(false);
  const fields = useFilterFields(of, open);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      trigger={
        <IconButton label="How to write a filter" size="sm">
          <CircleHelp />
        </IconButton>
      }
    >
      <div className={styles.help} role="dialog" aria-label="How to write a filter">
        <h3>Examples</h3>
        <ul className={styles.examples}>
          {EXAMPLES.map(([filter, words]) => (
            <li key={filter}>
              <button
                type="button"
                onClick={() => {
                  setOpen(false);
                  onTry(filter);
                }}
              >
                <FilterText text={filter} />
                <span className={styles.words}>{words}</span>
              </button>
            </li>
          ))}
        </ul>
        <h3>Fields</h3>
        <dl className={styles.fields}>
          {fields.data?.fields.map((field) => (
            <div key={field.name}>
              <dt>
                <code>{field.name}</code>
              </dt>
              <dd>{field.doc}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Popover>
  );
}
