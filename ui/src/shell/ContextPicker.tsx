import { Layers } from "lucide-react";
import { useServices } from "@/api/services";
import { Button, Menu } from "@/design";
import { useScope } from "@/state/scope";

/** The service everything is about, when there is more than one. */
export function ContextPicker() {
  const { scope, setScope } = useScope();
  const { data } = useServices();
  const names = data?.map((service) => service.name) ?? [];
  if (names.length < 2 && !scope.service) return null;
  const choice = (service: string | undefined, label: string) => ({
    label,
    checked: scope.service === service,
    onSelect: () => setScope({ service }),
  });
  return (
    <Menu
      label="Service"
      align="end"
      trigger={<Button icon={<Layers />}>{scope.service ?? "All services"}</Button>}
      items={[choice(undefined, "All services"), "separator", ...names.map((name) => choice(name, name))]}
    />
  );
}
