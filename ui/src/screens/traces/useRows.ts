import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get } from "@/api/client";
import type { Of } from "@/api/filters";
import { useRowPages } from "@/api/traces";
import type { SpanListResponse, TraceListResponse } from "@/api/types";
import { toMillis } from "@/format";
import type { LiveStatus } from "@/live/connection";
import { useLiveTraces } from "@/live/useLive";
import type { ScopeParams } from "@/state/scope";
import { arrive, NOTHING_NEW, release } from "./liveRows";
import { type Row, rowKey } from "./rows";
import { NEWEST_FIRST } from "./search";

interface RowsOptions {
  of: Of;
  params: ScopeParams;
  order: string;
  live: boolean;
  /** Whether new rows wait instead of showing above. */
  hold: () => boolean;
}

/** The rows of the table: pages of the API, with what arrives while one follows above them. */
export function useRows({ of, params, order, live, hold }: RowsOptions) {
  const pages = useRowPages(of, params, order);
  const [news, setNews] = useState(NOTHING_NEW);
  const listed = useMemo(() => pages.data?.pages.flatMap((page) => page.rows) ?? [], [pages.data]);
  const listedKeys = useRef<ReadonlySet<string>>(new Set());
  listedKeys.current = useMemo(() => new Set(listed.map(rowKey)), [listed]);

  const fresh = useFresh(news.shown);
  const scopeKey = JSON.stringify([of, params, order]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question makes what was new for the last one old.
  useEffect(() => setNews(NOTHING_NEW), [scopeKey]);

  const take = useCallback(
    (rows: readonly Row[]) =>
      setNews((before) =>
        arrive(before, rows, {
          isListed: (key) => listedKeys.current.has(key),
          hold: order !== NEWEST_FIRST || hold(),
        }),
      ),
    [order, hold],
  );
  const status = useLiveRows({ of, params, order, live, newest: listed[0], take });
  const rows = useMemo(
    () => (news.shown.length > 0 ? [...news.shown, ...listed] : listed),
    [news.shown, listed],
  );
  const { refetch } = pages;
  return {
    rows,
    changed: news.changed,
    fresh,
    held: news.held.length,
    showHeld: useCallback(() => {
      if (order === NEWEST_FIRST) setNews(release);
      else {
        setNews(NOTHING_NEW);
        void refetch();
      }
    }, [order, refetch]),
    status,
    pages,
  };
}

const FRESH_MS = 1_700;

/** The rows on top that came in just now. */
function useFresh(shown: readonly Row[]): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const seen = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const keys = new Set(shown.map(rowKey));
    const added = new Set([...keys].filter((key) => !seen.current.has(key)));
    seen.current = keys;
    if (added.size === 0) return;
    setFresh(added);
    const timer = setTimeout(() => setFresh(new Set()), FRESH_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return fresh;
}

interface LiveRowsOptions {
  of: Of;
  params: ScopeParams;
  order: string;
  live: boolean;
  newest: Row | undefined;
  take: (rows: readonly Row[]) => void;
}

/** The newest traces are asked for when following begins, as many as the first page has. */
const CAUGHT_UP = 100;
const POLL_MS = 2_000;
/** A span is seen when it ends, maybe long after others that began later. */
const LATE_MS = 60_000;

/** Traces come by themselves; spans are asked for. */
function useLiveRows({ of, params, order, live, newest, take }: LiveRowsOptions): LiveStatus | null {
  const current = useRef(params);
  current.current = params;
  const catchUp = async () => {
    if (order !== NEWEST_FIRST) return;
    const latest = await get<TraceListResponse>("/traces", { ...params, limit: CAUGHT_UP }).catch(() => null);
    if (latest && current.current === params) take(latest.traces);
  };
  const status = useLiveTraces({
    enabled: live && of === "traces",
    filter: withService(params),
    onTraces: take,
    onBegin: () => void catchUp(),
  });
  const since = newest ? new Date(toMillis(newest.start_time) - LATE_MS).toISOString() : params.start_time;
  const polled = useQuery({
    queryKey: ["spans", "live", params, since],
    queryFn: ({ signal }) =>
      get<SpanListResponse>("/spans", { ...params, start_time: since, limit: 200 }, signal),
    enabled: live && of === "spans",
    refetchInterval: POLL_MS,
  });
  useEffect(() => {
    if (polled.data && live) take(polled.data.spans);
  }, [polled.data, live, take]);
  if (of === "traces") return status;
  return live ? (polled.isError ? "waiting" : "open") : null;
}

/** What arrives is filtered by text alone. */
function withService({ filter, service }: ScopeParams): string | undefined {
  if (!service) return filter;
  const own = `service = ${JSON.stringify(service)}`;
  return filter ? `(${filter}) and ${own}` : own;
}
