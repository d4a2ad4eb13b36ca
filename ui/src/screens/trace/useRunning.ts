import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toMillis } from "@/format";
import { useLive } from "@/live/useLive";
import type { Trace } from "@/trace/types";
import { outlineKey, spansKey, traceKey } from "./queries";

/** The outline is asked for at most this often, however many spans arrive; of a large trace less often. */
const REFETCH_MS = 500;
const REFETCH_MS_PER_SPAN = 0.025;
const TICK_MS = 1000;

/** What says that there may be more: also the beginning, as something may have come before it. */
const NEWS = new Set(["subscribed", "span", "dropped"]);

/** Follow a trace while it runs. Gives how long it has been running, in nanoseconds; 0 once it has ended. */
export function useRunning(trace: Trace | undefined): number {
  const running = trace?.state === "running";
  const pause = Math.max(REFETCH_MS, (trace?.span_count ?? 0) * REFETCH_MS_PER_SPAN);
  const refresh = useRefresh(trace?.trace_id ?? "", pause);
  useLive({
    enabled: running,
    channels: [`spans:${trace?.trace_id ?? ""}`],
    onMessages: (messages) => {
      if (messages.some((message) => NEWS.has(message.type))) refresh();
    },
  });
  return useElapsed(running ? trace.start_time : null);
}

/** Ask for everything that may have changed, with a pause between two times. */
function useRefresh(traceId: string, pauseMs: number): () => void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    if (timer.current !== undefined) return;
    const wait = Math.max(0, last.current + pauseMs - Date.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      last.current = Date.now();
      for (const queryKey of [outlineKey(traceId), traceKey(traceId), spansKey(traceId)]) {
        void client.invalidateQueries({ queryKey });
      }
    }, wait);
  };
}

function useElapsed(since: string | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, now - toMillis(since)) * 1e6;
}
