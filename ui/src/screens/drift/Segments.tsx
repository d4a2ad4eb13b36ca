import { useNavigate } from "@tanstack/react-router";
import { ChevronDown } from "lucide-react";
import { useDriftMonitors } from "@/api/drift";
import { Button, Menu } from "@/design";
import styles from "./Drift.module.css";

/** The part of the data that is looked at, and the others that the monitor looks at, how they stand beside them. */
export function Segments({ monitor, segment }: { monitor: string; segment: string | null }) {
  const navigate = useNavigate();
  const { data } = useDriftMonitors();
  const others = (data?.monitors ?? []).filter((one) => one.monitor === monitor);
  const label = segment ?? "all data";
  if (others.length < 2) return <span className={styles.small}>{label}</span>;
  return (
    <Menu
      label="Segment"
      items={others.map((one) => ({
        label: `${one.segment ?? "all data"}: ${one.status}`,
        checked: one.segment === segment,
        onSelect: () =>
          void navigate({
            to: "/drift/{-$monitor}",
            params: { monitor },
            search: () => ({ segment: one.segment ?? undefined }),
          }),
      }))}
      trigger={
        <Button size="sm">
          {label}
          <ChevronDown aria-hidden />
        </Button>
      }
    />
  );
}
