import { Layers } from "lucide-react";
import { useInfo } from "@/api/info";
import { Button, Menu, type MenuItem } from "@/design";
import { type Scope, useScope } from "@/state/scope";
import styles from "./TopBar.module.css";

/** The service and the environment everything is about, when there is more than one of either. */
export function ContextPicker() {
  const { scope, setScope } = useScope();
  const { data } = useInfo();
  const { service, environment } = scope;
  const choices = [
    ...choicesOf("service", "All services", data?.services ?? [], scope, setScope),
    ...choicesOf("environment", "All environments", data?.environments ?? [], scope, setScope),
  ];
  if (choices.length === 0) return null;
  const label = [service, environment].filter(Boolean).join(" · ");
  return (
    <Menu
      label="Service and environment"
      align="end"
      items={choices.slice(1)}
      trigger={
        <Button icon={<Layers />} aria-label={`Service and environment: ${label || "All services"}`}>
          <span className={styles.label}>{label || "All services"}</span>
        </Button>
      }
    />
  );
}

function choicesOf(
  key: "service" | "environment",
  all: string,
  values: readonly string[],
  scope: Scope,
  setScope: (change: Partial<Scope>) => void,
): (MenuItem | "separator")[] {
  if (values.length < 2 && !scope[key]) return [];
  const choice = (value: string | undefined): MenuItem => ({
    label: value ?? all,
    checked: scope[key] === value,
    onSelect: () => setScope({ [key]: value }),
  });
  return ["separator", choice(undefined), ...values.map(choice)];
}
