import { X } from "lucide-react";
import { useState } from "react";
import { IconButton, Input, Kbd } from "@/design";
import styles from "./AnnotateStrip.module.css";

interface AnnotateStripProps {
  name: string;
  given: number;
  onName: (name: string) => void;
  onClose: () => void;
}

/** Says that keys score the active row now, and under which name. */
export function AnnotateStrip({ name, given, onName, onClose }: AnnotateStripProps) {
  const [text, setText] = useState(name);
  const done = () => (text.trim() ? onName(text.trim()) : setText(name));
  return (
    <section className={styles.strip} aria-label="Scoring rows">
      <span>Scoring</span>
      <Input
        className={styles.name}
        label="Name of the score"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <span className={styles.keys}>
        <Kbd keys="1" />…<Kbd keys="5" /> score the row and go on
      </span>
      <span className={styles.keys}>
        <Kbd keys="u" /> undo
      </span>
      <span className={styles.given} role="status">
        {given > 0 && `${given} scored`}
      </span>
      <IconButton label="Stop scoring" keys="a" size="sm" onClick={onClose}>
        <X />
      </IconButton>
    </section>
  );
}
