import { Link } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { useSpan } from "@/screens/trace/queries";
import styles from "./TurnView.module.css";

const NONE: never[] = [];

/** Why a turn failed, in its place. */
export function Failure({ traceId, spanId }: { traceId: string; spanId: string }) {
  const { data } = useSpan(traceId, spanId, NONE);
  const words = data?.error ?? data?.status_message;
  return (
    <div className={styles.failure}>
      <CircleAlert aria-hidden />
      <div>
        <b>{data ? `${data.operation_name} failed` : "Failed"}</b>
        {words && <p>{words}</p>}
      </div>
      <Link to="/traces/$traceId" params={{ traceId }} search={() => ({ span: spanId })}>
        Look
      </Link>
    </div>
  );
}
