import { LayoutDashboard } from "lucide-react";
import { EmptyState } from "@/design";

export default function Overview() {
  return <EmptyState icon={<LayoutDashboard />} title="Overview" />;
}
