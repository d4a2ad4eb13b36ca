import type { ReactNode } from "react";
import { Dialog, Segmented, Select } from "@/design";
import { type Preferences, setPreferences, usePreferences } from "@/state/preferences";
import styles from "./SettingsDialog.module.css";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function SettingsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const preferences = usePreferences();
  return (
    <Dialog title="Settings" open={open} onClose={onClose}>
      <Row label="Theme">
        <Segmented<Preferences["theme"]>
          label="Theme"
          options={[
            { value: "system", label: "System" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          value={preferences.theme}
          onChange={(theme) => setPreferences({ theme })}
        />
      </Row>
      <Row label="Density">
        <Segmented<Preferences["density"]>
          label="Density"
          options={[
            { value: "compact", label: "Compact" },
            { value: "comfortable", label: "Comfortable" },
          ]}
          value={preferences.density}
          onChange={(density) => setPreferences({ density })}
        />
      </Row>
      <Row label="Time zone">
        <Select
          label="Time zone"
          value={preferences.zone}
          options={[
            { value: "local", label: `This computer's (${HERE})` },
            { value: "UTC", label: "UTC" },
            ...Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone })),
          ]}
          onChange={(zone) => setPreferences({ zone })}
        />
      </Row>
    </Dialog>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <span>{label}</span>
      {children}
    </div>
  );
}
