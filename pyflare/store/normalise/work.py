"""What the steps of normalising one table share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.store.normalise.columns import Filling, Trail
from pyflare.store.normalise.entries import Entries
from pyflare.store.normalise.values import Members
from pyflare.store.normalise.vector import Integers, Mask, np

_OURS: Final = "pyflare.inference_type"


class Work:
    """A table of spans on its way to being normalised."""

    def __init__(self, spans: pa.Table, *, trail: Trail | None = None) -> None:
        self.spans = spans
        self.entries = Entries(spans["attributes"], spans["attribute_types"])
        self.members = Members()
        self.trail = trail or Trail()
        self.replaced: dict[str, pa.Array] = {}
        """Columns that a later step made anew."""
        self._fillings: dict[str, Filling] = {}

    def filling(self, column: str) -> Filling:
        """A column, to look at and to fill."""
        if column not in self._fillings:
            self._fillings[column] = Filling(self.spans[column])
        return self._fillings[column]

    def result(self) -> pa.Table:
        """The table with what was filled; the one that came where nothing was."""
        changed = {name: filling.result() for name, filling in self._fillings.items() if filling.changed}
        changed |= self.replaced
        if not changed:
            return self.spans
        columns = [changed.get(name, self.spans[name]) for name in self.spans.column_names]
        return pa.Table.from_arrays(columns, schema=self.spans.schema)

    def start_ns(self, row: int) -> int:
        """When a span began, in unix nanoseconds."""
        return int(self._starts[row])

    @cached_property
    def _starts(self) -> Integers:
        return np.asarray(pc.fill_null(self.spans["start_time"].cast(pa.int64()), 0))

    @cached_property
    def _kinds(self) -> Words:
        """The inference types: they are filled before anything asks for them."""
        return Words(self.filling("inference_type").result())

    @cached_property
    def _scopes(self) -> Words:
        return Words(self.spans["scope_name"])

    @cached_property
    def is_ours(self) -> Mask:
        """Which spans were recorded by PyFlare: their content is JSON, and means nothing beyond."""
        mask = np.zeros(self.entries.count, bool)
        cells = self.entries.cells(_OURS)
        if cells is not None:
            mask[cells.rows] = True
        return mask

    def texts_by_row(self, key: str | None) -> dict[int, str]:
        """What an attribute holds in each span that has it, as text."""
        cells = self.entries.cells(key) if key is not None else None
        if cells is None:
            return {}
        return dict(zip(cells.rows.tolist(), self.entries.take(cells.positions).to_pylist(), strict=True))

    def kinds(self, rows: Integers) -> list[str | None]:
        """The inference types of some spans."""
        return self._kinds.of(rows)

    def is_of_kind(self, rows: Integers, kinds: tuple[str, ...]) -> Mask:
        """Which spans are of one of some inference types."""
        return self._kinds.which(rows, lambda kind: kind in kinds)

    def is_of_scope(self, rows: Integers, beginnings: tuple[str, ...]) -> Mask:
        """Which spans have a scope name that begins like one of some."""
        return self._scopes.which(rows, lambda name: name is not None and name.startswith(beginnings))


class Words:
    """A column of few distinct words."""

    def __init__(self, column: pa.ChunkedArray | pa.Array) -> None:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = pc.dictionary_encode(whole)
        self._words = [*encoded.dictionary.to_pylist(), None]
        self._codes = np.asarray(pc.fill_null(encoded.indices, len(encoded.dictionary)))

    def of(self, rows: Integers) -> list[str | None]:
        """The words of some rows."""
        return [self._words[code] for code in self._codes[rows].tolist()]

    def which(self, rows: Integers, fits: Callable[[str | None], bool]) -> Mask:
        """Which of some rows have a word that fits."""
        mask: Mask = np.array([fits(word) for word in self._words], bool)[self._codes[rows]]
        return mask
