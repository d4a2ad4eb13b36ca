import { Link } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { EmptyState } from "@/design";

export function NotFound() {
  return (
    <EmptyState
      icon={<MapPinOff />}
      title="There is no such page"
      action={<Link to="/">Go to the overview</Link>}
    >
      The address may have been cut off when it was copied.
    </EmptyState>
  );
}
