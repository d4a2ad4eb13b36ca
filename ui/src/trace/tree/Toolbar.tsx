import {
  ChevronDown,
  ChevronUp,
  CircleAlert,
  ListFilter,
  ListTree,
  Maximize2,
  Route,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import type { Ref } from "react";
import { IconButton, Menu, SearchInput, Segmented } from "@/design";
import { compact } from "@/format";
import { collapseToDepth, nothingCollapsed } from "../model/rows";
import { isWhole } from "../model/zoom";
import styles from "./tree.module.css";
import type { Heat, TraceView } from "./useTraceView";
import { jumpToError, jumpToMatch, zoomBy } from "./useTreeKeys";

interface ToolbarProps {
  view: TraceView;
  searchRef: Ref<HTMLInputElement>;
  /** Give the focus back to the tree. */
  onLeaveSearch: () => void;
}

export function Toolbar({ view, searchRef, onLeaveSearch }: ToolbarProps) {
  const { range, whole, path, heat } = view;
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Tree and timeline">
      <Search view={view} searchRef={searchRef} onLeave={onLeaveSearch} />
      <Errors view={view} />
      <span className={styles.spring} />
      <Segmented<Heat>
        label="Where it went"
        value={heat}
        onChange={view.setHeat}
        options={[
          { value: "off", label: "Time" },
          { value: "cost", label: "Cost", title: "What each span and all below it cost" },
          { value: "tokens", label: "Tokens", title: "Tokens of each span and all below it" },
        ]}
      />
      <IconButton
        label="Critical path"
        keys="c"
        size="sm"
        aria-pressed={path !== null}
        onClick={() => view.setPath(path === null)}
      >
        <Route />
      </IconButton>
      <IconButton
        label="Only spans in the range"
        keys="f"
        size="sm"
        aria-pressed={view.narrowed}
        onClick={() => view.setNarrowed(!view.narrowed)}
      >
        <ListFilter />
      </IconButton>
      <Levels view={view} />
      <span className={styles.zoom}>
        <IconButton
          label="Zoom out"
          keys="-"
          size="sm"
          disabled={isWhole(range, whole)}
          onClick={() => zoomBy(view, 2)}
        >
          <ZoomOut />
        </IconButton>
        <IconButton label="Zoom in" keys="+" size="sm" onClick={() => zoomBy(view, 0.5)}>
          <ZoomIn />
        </IconButton>
        <IconButton
          label="Whole trace"
          keys="0"
          size="sm"
          disabled={isWhole(range, whole)}
          onClick={() => view.setRange(null)}
        >
          <Maximize2 />
        </IconButton>
      </span>
    </div>
  );
}

interface SearchProps {
  view: TraceView;
  searchRef: Ref<HTMLInputElement>;
  onLeave: () => void;
}

function Search({ view, searchRef, onLeave }: SearchProps) {
  const { text, matches, pending, setText } = view.search;
  return (
    <search className={styles.search}>
      <SearchInput
        ref={searchRef}
        label="Search in this trace"
        placeholder="Search in this trace"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") jumpToMatch(view, event.shiftKey ? -1 : 1);
          if (event.key !== "Escape") return;
          setText("");
          onLeave();
        }}
      />
      {text.trim() !== "" && (
        <>
          <span className={styles.found} role="status">
            {compact(matches.count)}
            {pending ? "…" : ""} found
          </span>
          <IconButton label="Previous match" keys="shift+n" size="sm" onClick={() => jumpToMatch(view, -1)}>
            <ChevronUp />
          </IconButton>
          <IconButton label="Next match" keys="n" size="sm" onClick={() => jumpToMatch(view, 1)}>
            <ChevronDown />
          </IconButton>
        </>
      )}
    </search>
  );
}

function Errors({ view }: { view: TraceView }) {
  const { sums, tree } = view;
  const errors = tree.roots.reduce((sum, root) => sum + (sums.errors[root] as number), 0);
  if (errors === 0) return null;
  return (
    <button
      type="button"
      className={styles.errorJump}
      onClick={() => jumpToError(view, 1)}
      title="Next error (e)"
    >
      <CircleAlert />
      {compact(errors)} {errors === 1 ? "error" : "errors"}
    </button>
  );
}

const MOST_LEVELS = 6;

function Levels({ view }: { view: TraceView }) {
  const { tree, setCollapsed } = view;
  const levels = Math.min(MOST_LEVELS, tree.maxDepth);
  return (
    <Menu
      label="Levels of the tree"
      align="end"
      trigger={
        <IconButton label="Levels" size="sm">
          <ListTree />
        </IconButton>
      }
      items={[
        { label: "Expand everything", onSelect: () => setCollapsed(nothingCollapsed(tree)) },
        ...Array.from({ length: levels }, (_, level) => ({
          label: level === 0 ? "Only the roots" : `${level + 1} levels`,
          onSelect: () => setCollapsed(collapseToDepth(tree, level + 1)),
        })),
      ]}
    />
  );
}
