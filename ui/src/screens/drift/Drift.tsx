import { useParams } from "@tanstack/react-router";
import { MonitorList } from "./MonitorList";
import { MonitorPage } from "./MonitorPage";

/** Drift: how all monitors stand, or one of them with its runs, its columns and what moved in them. */
export default function Drift() {
  const { monitor } = useParams({ strict: false }) as { monitor?: string };
  return monitor ? <MonitorPage key={monitor} monitor={monitor} /> : <MonitorList />;
}
