import { Calendar } from "lucide-react";
import { Button, Menu } from "@/design";
import { timeRange } from "@/format";
import { usePreferences } from "@/state/preferences";
import { type Scope, useScope } from "@/state/scope";

export const RANGES = [
  { start: "15m", label: "Last 15 minutes" },
  { start: "1h", label: "Last hour" },
  { start: "6h", label: "Last 6 hours" },
  { start: "24h", label: "Last 24 hours" },
  { start: "7d", label: "Last 7 days" },
  { start: "30d", label: "Last 30 days" },
  { start: undefined, label: "All time" },
] as const;

/** A scope's range in words. */
export function rangeLabel(scope: Scope, zone: string): string {
  if (!scope.end) {
    const preset = RANGES.find((range) => range.start === scope.start);
    if (preset) return preset.label;
    if (/^\d+[smhdw]$/.test(scope.start ?? "")) return `Last ${scope.start}`;
  }
  return timeRange(scope.start, scope.end ?? Date.now(), zone);
}

export function RangePicker() {
  const { scope, setScope } = useScope();
  const { zone } = usePreferences();
  return (
    <Menu
      label="Time range"
      align="end"
      trigger={<Button icon={<Calendar />}>{rangeLabel(scope, zone)}</Button>}
      items={RANGES.map((range) => ({
        label: range.label,
        checked: !scope.end && scope.start === range.start,
        onSelect: () => setScope({ start: range.start, end: undefined }),
      }))}
    />
  );
}
