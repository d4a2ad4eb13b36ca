import { PanelLeft, Play, Square } from "lucide-react";
import { Button, IconButton, Kbd, Select } from "@/design";
import styles from "./SqlScreen.module.css";

interface ToolbarProps {
  running: boolean;
  limit: string;
  panel: boolean;
  onRun: () => void;
  onCancel: () => void;
  onLimit: (limit: string) => void;
  onPanel: () => void;
}

const LIMITS = ["100", "1000", "10000"].map((value) => ({
  value,
  label: `${Number(value).toLocaleString("en-US")} rows`,
}));

/** Run, stop, how many rows, and the panel beside the editor. */
export function Toolbar({ running, limit, panel, onRun, onCancel, onLimit, onPanel }: ToolbarProps) {
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Query">
      <IconButton
        label={panel ? "Hide tables and queries" : "Tables and queries"}
        aria-pressed={panel}
        onClick={onPanel}
      >
        <PanelLeft />
      </IconButton>
      {running ? (
        <Button icon={<Square />} onClick={onCancel}>
          Stop
        </Button>
      ) : (
        <Button variant="primary" icon={<Play />} onClick={onRun}>
          Run
        </Button>
      )}
      <Kbd keys="mod+enter" />
      <span className={styles.gap} />
      <Select label="Rows at most" value={limit} options={LIMITS} onChange={onLimit} />
    </div>
  );
}
