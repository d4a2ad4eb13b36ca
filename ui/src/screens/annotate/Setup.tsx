import { useEffect, useState } from "react";
import { Input, Segmented } from "@/design";
import type { Scale } from "@/scoring/scale";
import styles from "./Annotate.module.css";
import type { AnnotateSearch } from "./search";

interface SetupProps {
  setup: Required<AnnotateSearch>;
  onChange: (change: AnnotateSearch) => void;
}

const SCALES = [
  { value: "five", label: "1–5" },
  { value: "yesno", label: "Yes / no" },
  { value: "labels", label: "Labels" },
] as const;

/** Under which name one judges, and with which answers. */
export function Setup({ setup, onChange }: SetupProps) {
  return (
    <div className={styles.setup}>
      <Field label="Score" value={setup.name} onChange={(name) => onChange({ name })} />
      <Segmented<Scale>
        label="Answers"
        value={setup.scale}
        options={SCALES}
        onChange={(scale) => onChange({ scale })}
      />
      {setup.scale === "labels" && (
        <Field
          label="Labels, separated by commas"
          value={setup.labels}
          onChange={(labels) => onChange({ labels })}
        />
      )}
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A text that counts when it is left, not with every letter. */
function Field({ label, value, onChange }: FieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const done = () => {
    const wanted = text.trim();
    if (!wanted) setText(value);
    else if (wanted !== value) onChange(wanted);
  };
  return (
    <Input
      className={styles.field}
      label={label}
      title={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
