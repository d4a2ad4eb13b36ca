import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { sql } from "@codemirror/lang-sql";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { TableSchema } from "@/api/query";
import { completeSql } from "./completion";
import { DuckDB } from "./dialect";
import styles from "./Editor.module.css";
import type { Place } from "./problem";
import { type Statement, statementAt } from "./statement";
import { editorTheme } from "./theme";

/** What the screen may do with the editor. */
export interface EditorHandle {
  /** What a run would run now. */
  statement: () => Statement | null;
  /** Write over the selection. */
  insert: (text: string) => void;
  /** Put other text in; undo brings the old one back. */
  replaceAll: (text: string) => void;
}

interface EditorProps {
  ref: Ref<EditorHandle>;
  /** The text at first. */
  text: string;
  tables: readonly TableSchema[];
  problem: (Place & { message: string }) | null;
  onChange: (text: string) => void;
  onRun: () => void;
}

const HINT = "SELECT … FROM spans     Tab leaves with Escape first; Ctrl+Space completes";

/** A code editor for SQL. Large: import it lazily. */
export default function Editor({ ref, text, tables, problem, onChange, onRun }: EditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const handlers = useRef({ onChange, onRun });
  handlers.current = { onChange, onRun };
  const first = useRef(text);
  const completion = useRef(new Compartment());
  useEffect(() => {
    if (!box.current) return;
    const run = (editor: EditorView) => {
      closeCompletion(editor);
      handlers.current.onRun();
      return true;
    };
    const made = new EditorView({
      parent: box.current,
      doc: first.current,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Mod-Enter", run },
            { key: "Shift-Enter", run },
          ]),
        ),
        ...basics,
        completion.current.of([]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    view.current = made;
    made.focus();
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const source = autocompletion({ override: [completeSql(tables)], icons: false });
    view.current?.dispatch({ effects: completion.current.reconfigure(source) });
  }, [tables]);
  useEffect(() => showProblem(view.current, problem), [problem]);
  useImperativeHandle(ref, () => handleOf(view), []);
  return <div ref={box} className={styles.editor} />;
}

const basics = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  EditorState.tabSize.of(4),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ "aria-label": "SQL" }),
  placeholder(HINT),
  sql({ dialect: DuckDB, upperCaseKeywords: true }),
  editorTheme,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...lintKeymap,
    indentWithTab,
  ]),
];

function showProblem(view: EditorView | null, problem: EditorProps["problem"]): void {
  if (!view) return;
  const length = view.state.doc.length;
  const shown = problem && problem.from <= length ? [problem] : [];
  view.dispatch(
    setDiagnostics(
      view.state,
      shown.map(({ from, to, message }) => ({
        from,
        to: Math.min(to, length),
        message,
        severity: "error" as const,
      })),
    ),
  );
}

function handleOf(view: { current: EditorView | null }): EditorHandle {
  return {
    statement: () => {
      const state = view.current?.state;
      const range = state?.selection.main;
      return state && range ? statementAt(state.doc.toString(), range.from, range.to) : null;
    },
    insert: (text) => {
      const editor = view.current;
      if (!editor) return;
      editor.dispatch(editor.state.replaceSelection(text));
      editor.focus();
    },
    replaceAll: (text) => {
      const editor = view.current;
      if (!editor || editor.state.doc.toString() === text) return;
      editor.dispatch({
        changes: { from: 0, to: editor.state.doc.length, insert: text },
        selection: { anchor: 0 },
      });
    },
  };
}
