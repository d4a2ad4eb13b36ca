import { Navigate, useNavigate } from "@tanstack/react-router";
import { Waves } from "lucide-react";
import { useDriftMonitors, type Watched } from "@/api/drift";
import { Button, EmptyState, ErrorState, TableSkeleton } from "@/design";
import { NoMonitors } from "./NoMonitors";

/** A monitor that has no run in the part of the data that was asked for: where it stands worst, if it stands anywhere. */
export function NotHere({ watched }: { watched: Watched }) {
  const navigate = useNavigate();
  const { data, error, refetch } = useDriftMonitors();
  if (error && !data) {
    return <ErrorState title="Monitors could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <TableSkeleton columns={4} />;
  if (data.monitors.length === 0) return <NoMonitors />;
  const worst = data.monitors.find(({ monitor }) => monitor === watched.monitor);
  if (worst) {
    const segment = worst.segment ?? undefined;
    return <Navigate to="." search={(before: object) => ({ ...before, segment })} replace />;
  }
  return (
    <EmptyState
      icon={<Waves />}
      title={`No monitor called ${watched.monitor}`}
      action={
        <Button onClick={() => void navigate({ to: "/drift/{-$monitor}", params: { monitor: undefined } })}>
          All monitors
        </Button>
      }
    >
      It has not run, or not in this range of time.
    </EmptyState>
  );
}
