import { lazy, Suspense, useMemo, useState } from "react";
import { ApiError } from "@/api/client";
import { useSchema } from "@/api/query";
import { Skeleton, Spinner } from "@/design";
import { useHotkeys } from "@/hotkeys/useHotkeys";
import { remember, remembered } from "@/state/preferences";
import { Ask } from "./Ask";
import { Examples } from "./Examples";
import { HistoryList } from "./HistoryList";
import { placeOfError, shortMessage } from "./problem";
import { QueryProblem } from "./QueryProblem";
import { Results } from "./Results";
import { SavedQueries } from "./SavedQueries";
import { SchemaBrowser } from "./SchemaBrowser";
import { SidePanel } from "./SidePanel";
import styles from "./SqlScreen.module.css";
import type { SqlSearch } from "./search";
import { Toolbar } from "./Toolbar";
import type { RunState } from "./useRun";
import { useSql } from "./useSql";

const Editor = lazy(() => import("./Editor"));
const NO_TABLES: never[] = [];
const isNarrow = () => window.innerWidth <= 760;

/** Ask the folder in SQL. */
export default function SqlScreen() {
  const sql = useSql();
  const { state, search, editor } = sql;
  const [panel, setPanel] = useState(() => !isNarrow() && remembered("sql.panel", true));
  const schema = useSchema();
  const tables = schema.data?.tables ?? NO_TABLES;
  const open = (next: SqlSearch) => {
    sql.open(next);
    if (isNarrow()) setPanel(false);
  };
  useHotkeys([
    { keys: "mod+enter", label: "Run the query", group: "SQL", whileTyping: true, run: sql.runNow },
    { keys: "escape", label: "Stop the query", group: "SQL", disabled: !state.running, run: sql.cancel },
  ]);
  const problem = useMemo(() => problemOf(state), [state]);
  return (
    <div className={styles.screen}>
      {panel && (
        <SidePanel
          schema={<SchemaBrowser tables={tables} onInsert={(name) => editor.current?.insert(name)} />}
          saved={
            <SavedQueries
              current={() => ({ q: sql.text.trim() || undefined, view: search.view, chart: search.chart })}
              onOpen={open}
            />
          }
          history={
            <HistoryList
              history={sql.history}
              onOpen={(q) => open({ q })}
              onClear={() => sql.setHistory([])}
            />
          }
        />
      )}
      <div className={styles.main}>
        <Toolbar
          running={state.running !== null}
          limit={sql.limit}
          panel={panel}
          onRun={sql.runNow}
          onCancel={sql.cancel}
          onLimit={sql.setLimit}
          onPanel={() => {
            setPanel(!panel);
            if (!isNarrow()) remember("sql.panel", !panel);
          }}
        />
        <div className={styles.editor}>
          <Suspense fallback={<Waiting />}>
            <Editor
              ref={editor}
              text={sql.text}
              tables={tables}
              problem={problem}
              onChange={sql.change}
              onRun={sql.runNow}
            />
          </Suspense>
        </div>
        {sql.asked !== null && <Ask onRun={sql.runAsked} onLeave={sql.leave} />}
        <Below state={state} search={search} onSearch={sql.setSearch} onTry={(q) => open({ q })} />
      </div>
    </div>
  );
}

interface BelowProps {
  state: RunState;
  search: SqlSearch;
  onSearch: (change: SqlSearch) => void;
  onTry: (sql: string) => void;
}

/** What came of the last run; examples before the first. */
function Below({ state, search, onSearch, onTry }: BelowProps) {
  const { running, done, result, error } = state;
  return (
    <div className={styles.below} data-stale={(running !== null && result !== null) || undefined}>
      {error ? (
        <QueryProblem error={error} />
      ) : result && done ? (
        <Results sql={done.sql} result={result} search={search} onSearch={onSearch} />
      ) : running ? (
        <div className={styles.waiting}>
          <Spinner label="Running" />
        </div>
      ) : (
        <Examples onTry={onTry} />
      )}
    </div>
  );
}

const Waiting = () => (
  <div className={styles.waiting}>
    <Skeleton width="40%" />
  </div>
);

/** Where in the editor the last error is, if it tells. */
function problemOf({ error, done }: RunState) {
  if (!(error instanceof ApiError) || !done) return null;
  const place = placeOfError(done.sql, error.message, error.details);
  return (
    place && { from: place.from + done.from, to: place.to + done.from, message: shortMessage(error.message) }
  );
}
