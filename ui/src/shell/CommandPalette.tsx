import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";
import { Dialog, Kbd, SearchInput } from "@/design";
import { useScope } from "@/state/scope";
import styles from "./CommandPalette.module.css";
import { type Command, matching } from "./commands";
import { useCommands } from "./useCommands";

interface PaletteProps {
  open: boolean;
  onClose: () => void;
  onHelp: () => void;
  onSettings: () => void;
}

/** One field that finds screens, actions and traces. */
export function CommandPalette({ open, onClose, onHelp, onSettings }: PaletteProps) {
  return (
    <Dialog title="Command palette" open={open} onClose={onClose} bare>
      <Finder onClose={onClose} onHelp={onHelp} onSettings={onSettings} />
    </Dialog>
  );
}

function Finder({ onClose, onHelp, onSettings }: Omit<PaletteProps, "open">) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const navigate = useNavigate();
  const go = (to: string, change: object = {}) =>
    void navigate({ to, search: (before: object) => ({ ...before, ...change }) });
  const commands = useCommands({ text, scope: useScope(), go, onHelp, onSettings });
  const found = matching(commands, text);
  const at = Math.min(chosen, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const keys = (event: KeyboardEvent) => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + found.length, Home: 0, End: found.length - 1 }[
      event.key
    ];
    if (next !== undefined && found.length > 0) {
      event.preventDefault();
      setChosen(next % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <>
      <SearchInput
        autoFocus
        className={styles.input}
        label="Search screens, actions and trace ids"
        placeholder="Go to a screen, do something, or paste a trace id"
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] && `${id}-${found[at].id}`}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={keys}
      />
      <div role="listbox" id={`${id}-list`} aria-label="Results" className={styles.list}>
        {found.map((command, index) => (
          <Row
            key={command.id}
            id={`${id}-${command.id}`}
            command={command}
            chosen={index === at}
            onRun={run}
          />
        ))}
        {found.length === 0 && <p className={styles.none}>Nothing is called that.</p>}
      </div>
    </>
  );
}

interface RowProps {
  id: string;
  command: Command;
  chosen: boolean;
  onRun: (command: Command) => void;
}

function Row({ id, command, chosen, onRun }: RowProps) {
  const Icon = command.icon;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and takes the keys.
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      tabIndex={-1}
      className={styles.row}
      ref={(node) => {
        if (chosen) node?.scrollIntoView({ block: "nearest" });
      }}
      onClick={() => onRun(command)}
    >
      <Icon aria-hidden className={command.failed ? styles.failed : undefined} />
      <span className="truncate">{command.label}</span>
      {command.detail && <span className={styles.detail}>{command.detail}</span>}
      <span className={styles.group}>{command.group}</span>
      {command.keys && <Kbd keys={command.keys} />}
    </div>
  );
}
