import { useDriftSeries, type Watched } from "@/api/drift";
import { ChartFrame } from "@/charts/ChartFrame";
import { ErrorState, Skeleton } from "@/design";
import { CourseChart } from "./CourseChart";

interface CourseCardProps {
  watched: Watched;
  /** The column whose course it is; that of the runs in all when missing. */
  column: string | undefined;
  run: string;
  onRun: (run: string) => void;
}

/** How the monitor, or one of its columns, went from run to run. */
export function CourseCard({ watched, column, run, onRun }: CourseCardProps) {
  const { data, error, refetch } = useDriftSeries(watched, column);
  const title = column ?? "Largest effect";
  if (data)
    return <CourseChart title={data.column ?? "Largest effect"} series={data} run={run} onRun={onRun} />;
  return (
    <ChartFrame title={title}>
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton width="100%" height={204} />
      )}
    </ChartFrame>
  );
}
