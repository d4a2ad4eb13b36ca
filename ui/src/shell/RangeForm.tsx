import { type FormEvent, useState } from "react";
import { Button, Input } from "@/design";
import { toMillis } from "@/format";
import { asWritten } from "@/format/zone";
import { relativeMillis } from "@/state/range";
import type { Scope } from "@/state/scope";
import styles from "./RangePicker.module.css";
import { writtenBound } from "./ranges";

interface RangeFormProps {
  scope: Scope;
  zone: string;
  onChoose: (start: string | undefined, end: string | undefined) => void;
}

/** A range written by hand: clock times in the user's zone, or `2h` for two hours ago. */
export function RangeForm({ scope, zone, onChoose }: RangeFormProps) {
  const [from, setFrom] = useState(() => shown(scope.start, zone));
  const [to, setTo] = useState(() => shown(scope.end, zone));
  const [wrong, setWrong] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [start, end] = [writtenBound(from, zone), writtenBound(to, zone)];
    if (start === null || end === null)
      setWrong("Write a time such as 2026-11-03 14:00, or 2h for two hours ago.");
    else onChoose(start, end);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <label>
        From
        <Input value={from} placeholder="the beginning" onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        To
        <Input value={to} placeholder="now" onChange={(event) => setTo(event.target.value)} />
      </label>
      <p className={wrong ? styles.wrong : styles.hint} role={wrong ? "alert" : undefined}>
        {wrong ||
          `2026-11-03 14:00, or 2h for two hours ago. ${zone === "local" ? "This computer's time" : zone}.`}
      </p>
      <Button variant="primary" type="submit">
        Apply
      </Button>
    </form>
  );
}

function shown(text: string | undefined, zone: string): string {
  return text === undefined || relativeMillis(text) !== null ? (text ?? "") : asWritten(toMillis(text), zone);
}
