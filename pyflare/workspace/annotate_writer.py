"""Writing judgements of people back into the folder."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any, Final

import pyarrow as pa

from pyflare.errors import DataError, NotFoundError
from pyflare.schema.tables import SCORES
from pyflare.store.engine import Engine
from pyflare.workspace.row_writer import RowWriter

SOURCE: Final = "human"


class ScoreWriter:
    """Writes scores that people give. Safe for threads; nothing is made in the folder before the first score.

    A score is in the mapped journal when `write` returns: it is readable at once, by every process, and survives
    the end of this one, however it ends.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows = RowWriter(engine.root)
        self._lock = threading.Lock()
        self._latest_ns = 0

    def write(
        self,
        name: str,
        value: float | None = None,
        *,
        label: str | None = None,
        comment: str | None = None,
        trace_id: str | None = None,
        span_id: str | None = None,
        session_id: str | None = None,
    ) -> dict[str, Any]:
        """Judge a trace, a span of it, or a session. It takes the place of what people said there under the name.

        Args:
            name: What is judged; `note` for a comment alone.
            value: The score as a number. Without value and label the earlier score is taken back.
            label: The score as a word.
            comment: Why.
            trace_id: The trace judged, 32 hex digits.
            span_id: The span of it that is judged, 16 hex digits.
            session_id: The session judged, where it is no trace.

        Returns:
            The row of `scores`, with `unix_ns` for its time.

        Raises:
            DataError: Not exactly one of a trace and a session is given.
            NotFoundError: There is no such trace, span or session.
            ReadOnlyError: This process may not write to the folder.
            StoreError: The folder cannot be written, as where the disk is full.
        """
        project = self._project(trace_id, span_id, session_id)
        row = {
            "score_id": uuid.uuid4().hex,
            "project": project,
            "trace_id": trace_id,
            "span_id": span_id,
            "session_id": session_id,
            "name": name,
            "value": value,
            "label": label,
            "comment": comment,
            "source": SOURCE,
        }
        with self._lock:  # in order of time, or an earlier word could win
            row["unix_ns"] = self._latest_ns = max(time.time_ns(), self._latest_ns + 1)
            written = {name: said for name, said in row.items() if name != "unix_ns"}
            self._rows.write(SCORES.name, written, unix_ns=self._latest_ns)
        return row

    def close(self) -> None:
        """Let go of the journal. A later score opens another."""
        self._rows.close()

    def _project(self, trace_id: str | None, span_id: str | None, session_id: str | None) -> str | None:
        """The project of what is judged, which must be there."""
        if (trace_id is None) == (session_id is None) or (span_id is not None and trace_id is None):
            raise DataError("expected a trace_id, with a span_id for one span of it, or a session_id.")
        if span_id is not None:
            return self._found(
                "SELECT project FROM spans WHERE trace_id = ? AND span_id = ? LIMIT 1",
                [trace_id, span_id],
                f"the trace {trace_id} has no span {span_id}.",
            )
        column, wanted = ("trace_id", trace_id) if session_id is None else ("session_id", session_id)
        return self._found(
            f"SELECT project FROM traces WHERE {column} = ? LIMIT 1", [wanted], f"no trace has the {column} {wanted}."
        )

    def _found(self, query: str, parameters: list[str | None], missing: str) -> str | None:
        rows: pa.Table = self._engine.run(lambda *_: (query, parameters), traces="FROM traces" in query)
        if not rows.num_rows:
            raise NotFoundError(missing)
        project: str | None = rows["project"][0].as_py()
        return project
