import type { RefObject } from "react";
import { Button, Kbd } from "@/design";
import type { Mark } from "@/scoring/scale";
import styles from "./Annotate.module.css";

interface ScorePanelProps {
  marks: readonly Mark[];
  /** The answer given. */
  chosen: Mark | undefined;
  onMark: (mark: Mark) => void;
  note: string;
  noteField: RefObject<HTMLTextAreaElement | null>;
  noteKey: string;
  onNote: (note: string) => void;
  onNoteDone: () => void;
  onMove: (by: number) => void;
  onUndo: () => void;
}

/** The answers as buttons with their keys, a note, and the ways on. */
export function ScorePanel(props: ScorePanelProps) {
  const { marks, chosen, onMark, note, noteField, noteKey, onNote, onNoteDone, onMove, onUndo } = props;
  return (
    <>
      <fieldset className={styles.marks} data-many={marks.length > 5 || undefined}>
        <legend className="visually-hidden">Answers</legend>
        {marks.map((mark) => (
          <button
            key={mark.key}
            type="button"
            className={styles.mark}
            aria-pressed={mark === chosen}
            onClick={() => onMark(mark)}
          >
            <span>{mark.label}</span>
            {mark.key !== mark.label && <Kbd keys={mark.key} />}
          </button>
        ))}
      </fieldset>
      <label className={styles.note}>
        <span>
          Note <Kbd keys={noteKey} />
        </span>
        <textarea
          ref={noteField}
          rows={3}
          maxLength={20_000}
          value={note}
          placeholder="Why, or what you noticed."
          onChange={(event) => onNote(event.target.value)}
          onBlur={onNoteDone}
          onKeyDown={(event) => {
            if (event.key !== "Escape" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey)))
              return;
            event.preventDefault();
            event.currentTarget.blur();
          }}
        />
      </label>
      <div className={styles.ways}>
        <Button size="sm" onClick={() => onMove(-1)}>
          Before <Kbd keys="k" />
        </Button>
        <Button size="sm" onClick={() => onMove(1)}>
          Next <Kbd keys="j" />
        </Button>
        <Button size="sm" onClick={onUndo}>
          Undo <Kbd keys="u" />
        </Button>
      </div>
    </>
  );
}
