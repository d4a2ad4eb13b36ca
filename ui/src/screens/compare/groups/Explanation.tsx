import { CircleHelp } from "lucide-react";
import { useState } from "react";
import { Button, Popover } from "@/design";
import styles from "./Groups.module.css";

/** What the numbers mean, in words. */
export function Explanation({ fields }: { fields: number }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      trigger={
        <Button variant="ghost" size="sm" icon={<CircleHelp />}>
          What the numbers mean
        </Button>
      }
    >
      <dl className={styles.explanation}>
        <dt>Effect size</dt>
        <dd>
          How different the groups are, from 0 (alike) to 1 (nothing in common). For words it is the share of
          traces that would have to change their value (total variation). For numbers it is how much more
          often a trace of one group lies above one of the other than below it (Cliff’s delta).
        </dd>
        <dt>Interval</dt>
        <dd>Where the true effect lies in 19 of 20 such comparisons. Small groups have wide intervals.</dd>
        <dt>Adjusted p-value</dt>
        <dd>
          How often chance alone would show as much. Looking at {fields} fields finds something by chance
          sooner or later, so the value is corrected for that (Benjamini-Hochberg): of the fields marked as
          different, about one in twenty is expected to be a false alarm.
        </dd>
        <dt>Bars</dt>
        <dd>
          The share of each group that has the value. A trace with several models counts for each of them. A
          click opens those traces.
        </dd>
        <dt>Cause</dt>
        <dd>None of this says what caused what. It says where to look first.</dd>
      </dl>
    </Popover>
  );
}
