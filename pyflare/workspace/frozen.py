"""A folder at one moment, for reading several tables of it that belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from pyflare.schema.sql import quote
from pyflare.schema.tables import TABLES
from pyflare.store.overlay import TraceOverlay
from pyflare.store.pinned import Build, Frozen
from pyflare.store.session import Parameters
from pyflare.store.snapshot import Snapshot
from pyflare.store.sources import joined, live_source, parts_source

if TYPE_CHECKING:
    import pyarrow as pa

_BuildSelection = Callable[..., Build]


class FrozenWorkspace:
    """What a folder held when `Workspace.frozen` was called. Not for several threads at once."""

    def __init__(self, frozen: Frozen, build: _BuildSelection) -> None:
        self._frozen = frozen
        self._build = build

    def rows(self, table: str) -> int:
        """How many rows a table has; of `traces`, live ones are not among them."""
        snapshot = self._frozen.pin.snapshot
        live = snapshot.live[table].num_rows if table in snapshot.live else 0
        return live + sum(part.rows for part in snapshot.catalog.parts_of(table))

    def stream(
        self, table: str, *, columns: Sequence[str] | None = None, filters: Mapping[str, Any] | None = None
    ) -> AbstractContextManager[pa.RecordBatchReader]:
        """Rows of a table piece by piece, in about the order of time.

        Args:
            table: Any table.
            columns: The columns to read, derived ones among them if need be. Where it is None: the
                columns that are stored, as they are stored; those of `predictions` without later labels.
            filters: As `Workspace.stream` takes them.

        Raises:
            QueryError: There is no such table, filter or column.
            DataError: A time is not one.
        """
        given = filters or {}
        if columns is not None:
            return self._frozen.stream(self._build(table, given, limit=None, order_by=None, columns=columns))
        build = self._build(table, given, limit=None, order_by=None, columns=[*_stored(table)])
        if table == "predictions":
            matching = self._build(table, given, limit=None, order_by=None, columns=["prediction_id"])
            build = self._predictions(matching if given else None)
        return self._frozen.stream(build)

    def payloads_of(self, filters: Mapping[str, Any]) -> AbstractContextManager[pa.RecordBatchReader]:
        """The payloads that spans refer to, of those spans that meet the filters. Raises as `stream`."""
        of_spans = self._build("spans", filters, limit=None, order_by=None, columns=["input_ref", "output_ref"])
        selected = ", ".join(map(quote, _stored("payloads")))

        def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
            spans, parameters = of_spans(snapshot, overlay)
            query = (
                f"WITH meant AS MATERIALIZED ({spans}) SELECT {selected} FROM payloads WHERE content_id IN "
                "(SELECT input_ref FROM meant UNION ALL SELECT output_ref FROM meant)"
            )
            return query, parameters

        return self._frozen.stream(build)

    def _predictions(self, matching: Build | None) -> Build:
        """Predictions as they were logged: their view would put the latest label into them."""
        selected = ", ".join(map(quote, TABLES["predictions"].column_names))

        def build(snapshot: Snapshot, overlay: TraceOverlay | None) -> tuple[str, Parameters]:
            root = self._frozen.pin.root
            source = joined(
                "predictions", parts_source(root, snapshot, "predictions"), live_source(snapshot, "predictions")
            )
            query = f"SELECT {selected} FROM ({source})"
            if matching is None:
                return query, None
            wanted, parameters = matching(snapshot, overlay)
            return f"{query} WHERE prediction_id IN ({wanted})", parameters

        return build


def _stored(table: str) -> tuple[str, ...]:
    """The stored columns; none of a table that does not exist, which the selection then says."""
    return TABLES[table].column_names if table in TABLES else ()
