import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { type Range, rangeTexts } from "./range";

/** What every screen looks at. Lives in the URL, so that an address shows a colleague the same. */
export interface Scope {
  /** RFC 3339, or relative to now (`2h`, `7d`). Missing: all there is. */
  start?: string;
  end?: string;
  /** In the filter language. */
  filter?: string;
  service?: string;
  environment?: string;
  /** `1` while the screens follow what arrives. */
  live?: string;
}

export const SCOPE_KEYS = ["start", "end", "filter", "service", "environment", "live"] as const;

/** What the API is asked with on lists and aggregates. */
export interface ScopeParams {
  start_time?: string;
  end_time?: string;
  filter?: string;
  service?: string;
}

/** Read the scope from the parts of a URL, leaving out what is empty. */
export function readScope(search: Record<string, unknown>): Scope {
  const scope: Scope = {};
  for (const key of SCOPE_KEYS) {
    const value = search[key];
    if (typeof value === "string" && value !== "") scope[key] = value;
  }
  return scope;
}

/** The scope as parameters of the API. */
export function scopeParams(scope: Scope): ScopeParams {
  const filters = [scope.filter, scope.environment && `environment = ${quoted(scope.environment)}`].filter(
    Boolean,
  );
  return {
    start_time: scope.start,
    end_time: scope.end,
    service: scope.service,
    filter: filters.length > 1 ? filters.map((one) => `(${one})`).join(" and ") : filters[0],
  };
}

/** A value as the filter language writes it: quoted when it is more than a plain word. */
export function quoted(value: string): string {
  return /^[A-Za-z_][\w.:/@-]*$/.test(value) && !RESERVED.has(value.toLowerCase())
    ? value
    : quotedText(value);
}

/** Text as the filter language searches for it: always in quotes, so that no word of it is taken for a field. */
export function quotedText(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const RESERVED = new Set(["and", "or", "not", "in", "exists", "is", "missing"]);

export interface ScopeHandle {
  scope: Scope;
  /** For the API; stable while the scope is. */
  params: ScopeParams;
  live: boolean;
  /** Change parts; `undefined` takes one away. `replace` leaves no entry in the history. */
  setScope: (change: Partial<Scope>, options?: { replace?: boolean }) => void;
  setRange: (range: Range) => void;
}

/** The scope in the URL and the ways to change it. */
export function useScope(): ScopeHandle {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const key = SCOPE_KEYS.map((name) => search[name] ?? "").join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says whether the scope changed; other search parts do not matter.
  const scope = useMemo(() => readScope(search), [key]);
  const setScope = useCallback(
    (change: Partial<Scope>, { replace = false } = {}) => {
      void navigate({ to: ".", search: (before: object) => ({ ...before, ...change }), replace });
    },
    [navigate],
  );
  return useMemo(
    () => ({
      scope,
      params: scopeParams(scope),
      live: scope.live === "1",
      setScope,
      setRange: (range) => setScope({ ...rangeTexts(range), live: undefined }),
    }),
    [scope, setScope],
  );
}
