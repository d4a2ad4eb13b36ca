import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { toast } from "@/design";
import { remember, remembered } from "@/state/preferences";
import type { EditorHandle } from "./Editor";
import { isKnown } from "./history";
import { LONGEST_IN_URL, type SqlSearch } from "./search";
import { type Statement, statementAt } from "./statement";
import { useRun } from "./useRun";

/** The statement in the editor, in the address and in the server: what the screen shows and can do. */
export function useSql() {
  const search = useSearch({ strict: false }) as SqlSearch;
  const navigate = useNavigate();
  const editor = useRef<EditorHandle>(null);
  const [text, setText] = useState(() => search.q ?? remembered("sql.draft", ""));
  const [limit, setLimitNow] = useState(() => remembered("sql.limit", "1000"));
  /** A statement that came with the address, and waits for the user's word. */
  const [asked, setAsked] = useState<string | null>(null);
  const { state, history, setHistory, run, cancel } = useRun();
  /** The address that was written or followed last: only another one is news. */
  const followed = useRef<string>(undefined);

  const setSearch = (change: SqlSearch, replace = true) =>
    void navigate({ to: ".", search: (before: object) => ({ ...before, ...change }), replace });
  const change = (next: string) => {
    setText(next);
    remember("sql.draft", next);
  };
  const start = (statement: Statement | null) => {
    if (!statement) return;
    setAsked(null);
    void run(statement, Number(limit));
  };
  const runNow = () => {
    const whole = text.trim();
    const kept = whole.length <= LONGEST_IN_URL ? whole || undefined : undefined;
    if (whole && !kept)
      toast("The statement is too long for the address: a link to this page will not hold it.");
    followed.current = kept;
    if (kept !== search.q) setSearch({ q: kept, chart: undefined }, search.q === undefined);
    start(editor.current?.statement() ?? statementAt(text, 0, 0));
  };
  const open = (next: SqlSearch) => {
    if (!next.q) return;
    followed.current = next.q;
    change(next.q);
    editor.current?.replaceAll(next.q);
    setSearch({ q: next.q, view: next.view, chart: next.chart }, false);
    start(statementAt(next.q, 0, 0));
  };
  const setLimit = (next: string) => {
    setLimitNow(next);
    remember("sql.limit", next);
  };

  // The address is followed when it changes from outside: at first, and by back and forward.
  useEffect(() => {
    if (!search.q || followed.current === search.q) return;
    followed.current = search.q;
    editor.current?.replaceAll(search.q);
    setText(search.q);
    const statement = statementAt(search.q, 0, 0);
    if (statement && isKnown(statement.sql, history)) void run(statement, Number(limit));
    else setAsked(search.q);
  }, [search.q, history, limit, run]);

  return {
    search,
    setSearch,
    editor,
    text,
    change,
    limit,
    setLimit,
    asked,
    leave: () => setAsked(null),
    runAsked: () => asked !== null && start(statementAt(asked, 0, 0)),
    state,
    history,
    setHistory,
    runNow,
    open,
    cancel,
  };
}
