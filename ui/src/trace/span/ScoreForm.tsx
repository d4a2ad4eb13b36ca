import { type FormEvent, useState } from "react";
import { Button, Input } from "@/design";
import type { ScoreDraft } from "./actions";
import styles from "./panel.module.css";
import { type ScoreText, scoreOf } from "./score";

interface ScoreFormProps {
  onWrite: (score: ScoreDraft) => Promise<void>;
  onDone?: () => void;
}

const EMPTY: ScoreText = { name: "", value: "", comment: "" };

/** A judgement: a name, a number or a word, and why. */
export function ScoreForm({ onWrite, onDone }: ScoreFormProps) {
  const [draft, setDraft] = useState(EMPTY);
  const [state, setState] = useState<"idle" | "writing" | string>("idle");
  const set = (field: keyof ScoreText) => (event: { target: { value: string } }) =>
    setDraft({ ...draft, [field]: event.target.value });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("writing");
    try {
      await onWrite(scoreOf(draft));
      setDraft(EMPTY);
      setState("idle");
      onDone?.();
    } catch (error) {
      setState(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form className={styles.scoreForm} onSubmit={submit}>
      <Input
        label="Name"
        placeholder="Name, such as helpful"
        value={draft.name}
        onChange={set("name")}
        required
      />
      <Input
        label="Score"
        placeholder="0.8, or a word"
        value={draft.value}
        onChange={set("value")}
        required
      />
      <Input label="Comment" placeholder="Why (optional)" value={draft.comment} onChange={set("comment")} />
      <Button type="submit" variant="primary" disabled={state === "writing"}>
        Add score
      </Button>
      {state !== "idle" && state !== "writing" && <p role="alert">{state}</p>}
    </form>
  );
}
