import { useEffect, useRef, useState } from "react";
import type { Trace } from "@/api/types";
import { follow, type LiveMessage, type LiveStatus } from "./connection";

/** Arrivals are handed over together this often, so that a busy server does not redraw the screen per trace. */
const BATCH_MS = 200;

interface LiveOptions {
  enabled: boolean;
  channels: readonly string[];
  filter?: string;
  /** Called with what arrived since the last time, in order. */
  onMessages: (messages: LiveMessage[]) => void;
}

/** Follow channels while the component is on screen. Gives the state of the connection; null when off. */
export function useLive({ enabled, channels, filter, onMessages }: LiveOptions): LiveStatus | null {
  const [status, setStatus] = useState<LiveStatus | null>(null);
  const handler = useRef(onMessages);
  handler.current = onMessages;
  const key = channels.join("\n");
  useEffect(() => {
    if (!enabled) return;
    let batch: LiveMessage[] = [];
    const timer = setInterval(() => {
      if (batch.length === 0) return;
      const arrived = batch;
      batch = [];
      handler.current(arrived);
    }, BATCH_MS);
    const stop = follow({
      channels: key.split("\n"),
      filter,
      onMessage: (message) => batch.push(message),
      onStatus: setStatus,
    });
    return () => {
      stop();
      clearInterval(timer);
      setStatus(null);
    };
  }, [enabled, key, filter]);
  return status;
}

const ALL_TRACES = ["traces:*"] as const;

interface LiveTracesOptions {
  enabled: boolean;
  filter?: string;
  onTraces: (traces: Trace[]) => void;
  /** The server tells from now on, or tells again: what came before has to be asked for. */
  onBegin: () => void;
}

/** Traces as they begin and end, the latest state of each once per batch. */
export function useLiveTraces({ enabled, filter, onTraces, onBegin }: LiveTracesOptions): LiveStatus | null {
  return useLive({
    enabled,
    channels: ALL_TRACES,
    filter,
    onMessages: (messages) => {
      if (messages.some(({ type }) => type === "subscribed" || type === "dropped")) onBegin();
      const latest = new Map<string, Trace>();
      for (const { type, payload } of messages) {
        const trace = type === "trace" ? (payload as { trace?: Trace }).trace : undefined;
        if (trace) latest.set(trace.trace_id, trace);
      }
      if (latest.size > 0) onTraces([...latest.values()]);
    },
  });
}
