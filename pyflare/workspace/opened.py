"""The traces that people look at: their spans, read once for all that is asked of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from pyflare.errors import NotFoundError
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.store.snapshot import Snapshot
from pyflare.workspace.directory import Located
from pyflare.workspace.lookup import read_spans

if TYPE_CHECKING:
    import pyarrow as pa

MOST_SPANS: Final = 200
"""Of larger traces only what is asked for is read, each time."""
MOST_BYTES: Final = 4 << 20
"""What is kept of one trace."""
_MOST_TRACES: Final = 16


def opened_spans(engine: Engine, located: Located) -> pa.Table | None:
    """All spans of a trace, with every column and `start_unix_ns`, in the order of start; None where they are many.

    A viewer asks for a trace, its outline and its spans at once. Each would read the same few rows out of the same
    part, where most of the time goes into finding and unpacking them.
    """
    if located.span_count > MOST_SPANS:
        return None
    return _opened.of(engine).get(engine.snapshot(), located, engine)


def read_span(engine: Engine, located: Located, span_id: str | None) -> pa.Table:
    """The row of one span of a trace, with every column and `start_unix_ns`; none where it has no such span."""
    import pyarrow as pa
    import pyarrow.compute as pc

    spans = opened_spans(engine, located)
    if spans is not None:
        return spans.filter(pc.equal(spans["span_id"], pa.scalar(span_id, pa.string())))
    where = Condition("span_id = ?", (span_id,))
    return read_spans(engine, located, where=where, tail="LIMIT 1", expected=int(span_id is not None))


def find_span(engine: Engine, located: Located, span_id: str) -> pa.Table:
    """The one span of a trace that has an id, whole, with content that came as log records.

    Raises:
        NotFoundError: The trace has no such span.
    """
    from pyflare.workspace.logged import with_logged_content

    rows = read_span(engine, located, span_id)
    if not rows.num_rows:
        raise NotFoundError(f"the trace {located.trace_id} has no span {span_id}.")
    return with_logged_content(engine, rows)


class _Kept:
    """Traces of one folder, the least lately used ones dropped first. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._read: OrderedDict[str, Future[pa.Table]] = OrderedDict()

    def get(self, snapshot: Snapshot, located: Located, engine: Engine) -> pa.Table:
        """The spans of a trace, as they were in the snapshot or later. Who asks for what is being read waits for it."""
        trace_id = located.trace_id
        with self._lock:
            if snapshot is not self._snapshot:
                self._read.clear()
                self._snapshot = snapshot
            promised = self._read.get(trace_id)
            mine: Future[pa.Table] = Future()
            if promised is None:
                self._read[trace_id] = mine
                if len(self._read) > _MOST_TRACES:
                    self._read.popitem(last=False)
            else:
                self._read.move_to_end(trace_id)
        return promised.result() if promised is not None else self._fill(mine, located, engine)

    def _fill(self, promise: Future[pa.Table], located: Located, engine: Engine) -> pa.Table:
        try:
            rows = read_spans(engine, located, tail="ORDER BY start_time, span_id")
        except BaseException as error:
            self._forget(located.trace_id, promise)
            promise.set_exception(error)
            raise
        if rows.nbytes > MOST_BYTES:
            self._forget(located.trace_id, promise)
        promise.set_result(rows)
        return rows

    def _forget(self, trace_id: str, promise: Future[pa.Table]) -> None:
        with self._lock:
            if self._read.get(trace_id) is promise:
                del self._read[trace_id]


class _Opened:
    """What is kept of each folder."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()

    def of(self, engine: Engine) -> _Kept:
        with self._lock:
            return self._kept.setdefault(engine, _Kept())


_opened: Final = _Opened()
