import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "@/api/client";
import { useSchema } from "@/api/query";
import { Button, Skeleton, Spinner, toast } from "@/design";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { remember, remembered } from "@/state/preferences";
import type { EditorHandle } from "./Editor";
import { Examples } from "./Examples";
import { HistoryList } from "./HistoryList";
import { isKnown } from "./history";
import { placeOfError, shortMessage } from "./problem";
import { QueryProblem } from "./QueryProblem";
import { Results } from "./Results";
import { SavedQueries } from "./SavedQueries";
import { SchemaBrowser } from "./SchemaBrowser";
import { SidePanel } from "./SidePanel";
import styles from "./SqlScreen.module.css";
import { LONGEST_IN_URL, type SqlSearch } from "./search";
import { type Statement, statementAt } from "./statement";
import { Toolbar } from "./Toolbar";
import { useRun } from "./useRun";

const Editor = lazy(() => import("./Editor"));
const NO_TABLES: never[] = [];

/** Ask the folder in SQL. */
export default function SqlScreen() {
  const search = useSearch({ strict: false }) as SqlSearch;
  const navigate = useNavigate();
  const editor = useRef<EditorHandle>(null);
  const [text, setText] = useState(() => search.q ?? remembered("sql.draft", ""));
  const [limit, setLimit] = useState(() => remembered("sql.limit", "1000"));
  const [panel, setPanel] = useState(() => window.innerWidth > 760 && remembered("sql.panel", true));
  const [asked, setAsked] = useState<string | null>(null);
  const { state, history, setHistory, run, cancel } = useRun();
  const schema = useSchema();
  const tables = schema.data?.tables ?? NO_TABLES;

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
    const kept = whole.length <= LONGEST_IN_URL;
    if (!kept) toast("The statement is too long for the address: a link to this page will not hold it.");
    if (whole !== search.q)
      setSearch({ q: kept ? whole : undefined, chart: undefined }, search.q === undefined);
    start(editor.current?.statement() ?? statementAt(text, 0, 0));
  };
  const open = (next: SqlSearch) => {
    if (!next.q) return;
    change(next.q);
    editor.current?.replaceAll(next.q);
    setSearch({ q: next.q, view: next.view, chart: next.chart }, false);
    start(statementAt(next.q, 0, 0));
    if (window.innerWidth <= 760) setPanel(false);
  };

  // The address is followed when it changes from outside: at first, and by back and forward.
  const followed = useRef<string>(undefined);
  useEffect(() => {
    if (!search.q || followed.current === search.q) return;
    followed.current = search.q;
    if (state.done?.sql === search.q || state.running?.sql === search.q) return;
    editor.current?.replaceAll(search.q);
    setText(search.q);
    const statement = statementAt(search.q, 0, 0);
    if (statement && isKnown(statement.sql, history)) void run(statement, Number(limit));
    else setAsked(search.q);
  }, [search.q, state, history, limit, run]);
  useHotkeys([
    { keys: "mod+enter", label: "Run the query", group: "SQL", whileTyping: true, run: runNow },
    { keys: "escape", label: "Stop the query", group: "SQL", disabled: !state.running, run: cancel },
  ]);

  const problem = useMemo(() => {
    const { error, done } = state;
    if (!(error instanceof ApiError) || !done) return null;
    const place = placeOfError(done.sql, error.message, error.details);
    return (
      place && {
        from: place.from + done.from,
        to: place.to + done.from,
        message: shortMessage(error.message),
      }
    );
  }, [state]);
  const shownPanel = () => {
    setPanel(!panel);
    remember("sql.panel", !panel);
  };
  return (
    <div className={styles.screen}>
      {panel && (
        <SidePanel
          schema={<SchemaBrowser tables={tables} onInsert={(name) => editor.current?.insert(name)} />}
          saved={
            <SavedQueries
              current={() => ({ q: text.trim() || undefined, view: search.view, chart: search.chart })}
              onOpen={open}
            />
          }
          history={
            <HistoryList history={history} onOpen={(q) => open({ q })} onClear={() => setHistory([])} />
          }
        />
      )}
      <div className={styles.main}>
        <Toolbar
          running={state.running !== null}
          limit={limit}
          panel={panel}
          onRun={runNow}
          onCancel={cancel}
          onLimit={(next) => {
            setLimit(next);
            remember("sql.limit", next);
          }}
          onPanel={shownPanel}
        />
        <div className={styles.editor}>
          <Suspense fallback={<Waiting />}>
            <Editor
              ref={editor}
              text={text}
              tables={tables}
              problem={problem}
              onChange={change}
              onRun={runNow}
            />
          </Suspense>
        </div>
        {asked !== null && (
          <Ask onRun={() => start(statementAt(asked, 0, 0))} onLeave={() => setAsked(null)} />
        )}
        <div className={styles.below} data-stale={(state.running && state.result) || undefined}>
          {state.error ? (
            <QueryProblem error={state.error} />
          ) : state.result && state.done ? (
            <Results sql={state.done.sql} result={state.result} search={search} onSearch={setSearch} />
          ) : state.running ? (
            <div className={styles.waiting}>
              <Spinner label="Running" />
            </div>
          ) : (
            <Examples onTry={(q) => open({ q })} />
          )}
        </div>
      </div>
    </div>
  );
}

const Waiting = () => (
  <div className={styles.waiting}>
    <Skeleton width="40%" />
  </div>
);

function Ask({ onRun, onLeave }: { onRun: () => void; onLeave: () => void }) {
  return (
    <div className={styles.ask} role="alert">
      <p>
        This query came with the link and was never run in this browser. It can read this folder and change
        nothing.
      </p>
      <Button variant="primary" onClick={onRun}>
        Run it
      </Button>
      <Button variant="ghost" onClick={onLeave}>
        Leave it
      </Button>
    </div>
  );
}
