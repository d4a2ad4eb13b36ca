import { type ReactNode, useState } from "react";
import { Tabs } from "@/design";
import { remember, remembered } from "@/state/preferences";
import styles from "./SidePanel.module.css";

type Tab = "schema" | "saved" | "history";

const TABS = [
  { value: "schema", label: "Tables" },
  { value: "saved", label: "Saved" },
  { value: "history", label: "History" },
] as const;

/** What stands beside the editor: the tables, the queries that were saved, those that were run. */
export function SidePanel(parts: Readonly<Record<Tab, ReactNode>>) {
  const [tab, setTab] = useState<Tab>(() => remembered<Tab>("sql.tab", "schema"));
  return (
    <aside className={styles.panel} aria-label="Tables and queries">
      <Tabs
        label="Beside the editor"
        controls="sql-side"
        options={TABS}
        value={tab}
        onChange={(next) => {
          setTab(next);
          remember("sql.tab", next);
        }}
      />
      <div role="tabpanel" id="sql-side">
        {parts[tab] ?? parts.schema}
      </div>
    </aside>
  );
}
