import { BASE } from "@/api/client";

export type LiveStatus = "connecting" | "open" | "waiting";

export interface LiveMessage {
  type: string;
  payload: unknown;
  timestamp: string;
}

interface Following {
  /** `traces:*`, `traces:MODEL`, `spans:TRACE_ID`. */
  channels: readonly string[];
  filter?: string;
  onMessage: (message: LiveMessage) => void;
  onStatus?: (status: LiveStatus) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const QUICK_MS = 5_000;

/** How long to wait before another try: twice as long each time, spread so that many tabs do not come at once. */
export function waitMs(failures: number, random: number = Math.random()): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
  return longest * (0.5 + random / 2);
}

/** What a text from the server says; null when it is no message. */
export function readMessage(text: unknown): LiveMessage | null {
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("type" in value)) return null;
    return typeof value.type === "string"
      ? { payload: null, timestamp: "", ...(value as Partial<LiveMessage>), type: value.type }
      : null;
  } catch {
    return null;
  }
}

function liveAddress(): string {
  const url = new URL(`${BASE}/live`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** Follow channels of the server until the function that is given back is called. A lost connection comes again. */
export function follow({ channels, filter, onMessage, onStatus }: Following): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let over = false;

  const open = () => {
    onStatus?.("connecting");
    const opened = new WebSocket(liveAddress());
    const began = Date.now();
    socket = opened;
    opened.onopen = () => {
      opened.send(JSON.stringify({ action: "subscribe", channels, ...(filter ? { filter } : {}) }));
      onStatus?.("open");
    };
    opened.onmessage = (event) => {
      const message = readMessage(event.data);
      if (message) onMessage(message);
    };
    opened.onclose = () => {
      if (over) return;
      failures = Date.now() - began > QUICK_MS ? 0 : failures + 1;
      onStatus?.("waiting");
      timer = setTimeout(open, waitMs(failures));
    };
  };
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    if (socket) leave(socket);
  };
}

/** Close a connection, once it is there: browsers warn of one that is closed before. */
function leave(socket: WebSocket): void {
  socket.onmessage = null;
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
  else socket.close();
}
