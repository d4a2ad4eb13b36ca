import { useHotkeys } from "@/hotkeys/useHotkeys";
import type { Mark } from "@/scoring/scale";

interface AnnotateKeys {
  marks: readonly Mark[];
  noteKey: string;
  mark: (mark: Mark) => void;
  retract: () => void;
  move: (by: number) => void;
  note: () => void;
  undo: () => void;
  open: () => void;
}

const GROUP = "Annotate";

export function useAnnotateKeys({
  marks,
  noteKey,
  mark,
  retract,
  move,
  note,
  undo,
  open,
}: AnnotateKeys): void {
  useHotkeys([
    ...marks.map((one) => ({
      keys: one.key,
      label: `Score: ${one.label}`,
      group: GROUP,
      run: () => mark(one),
    })),
    { keys: "j", label: "Next", group: GROUP, run: () => move(1) },
    { keys: "k", label: "Before", group: GROUP, run: () => move(-1) },
    { keys: "arrowdown", label: "Next", group: GROUP, run: () => move(1) },
    { keys: "arrowup", label: "Before", group: GROUP, run: () => move(-1) },
    { keys: noteKey, label: "Write a note", group: GROUP, run: note },
    { keys: "u", label: "Undo the last score", group: GROUP, run: undo },
    { keys: "backspace", label: "Take the score away", group: GROUP, run: retract },
    { keys: "o", label: "Open the trace in a new tab", group: GROUP, run: open },
  ]);
}
