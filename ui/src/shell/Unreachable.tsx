import { useQueryClient } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { useEffect, useRef } from "react";
import { ApiError } from "@/api/client";
import { useInfo } from "@/api/info";
import styles from "./Unreachable.module.css";

/** Says that the server is gone while it is, and asks everything anew when it is back. */
export function Unreachable() {
  const { error } = useInfo();
  const client = useQueryClient();
  const gone = error instanceof ApiError && (error.status === 0 || error.status >= 502);
  const before = useRef(gone);
  useEffect(() => {
    if (before.current && !gone) void client.invalidateQueries();
    before.current = gone;
  }, [gone, client]);
  if (!gone) return null;
  return (
    <p role="alert" className={styles.strip}>
      <Unplug aria-hidden />
      The PyFlare server does not answer. What is shown may be old; it is asked again every two seconds.
    </p>
  );
}
