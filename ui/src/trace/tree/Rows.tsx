import type { Columns, Window } from "./layout";
import { indentOf, ROW } from "./layout";
import { Row } from "./Row";
import type { TraceView } from "./useTraceView";

interface RowsProps {
  view: TraceView;
  window: Window;
  columns: Columns;
}

/** The rows of the window. Elements are used again for other spans while scrolling, never made anew. */
export function Rows({ view, window, columns }: RowsProps) {
  const { tree, sums, rows, heat, collapsed, selected, search, path } = view;
  const indent = indentOf(tree.maxDepth, columns.tree);
  const slots = Math.max(1, window.last - window.first);
  const drawn = [];
  for (let row = window.first; row < window.last; row++) {
    const span = rows[row] as number;
    drawn.push(
      <Row
        key={row % slots}
        {...{ tree, sums, span, indent, columns, heat }}
        top={row * ROW}
        collapsed={collapsed[span] === 1}
        selected={span === selected}
        matched={search.matches.at[span] === 1}
        dimmed={path !== null && path.time[span] === 0}
      />,
    );
  }
  return drawn;
}
