"""The rows that a query of the workspace returned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, overload

from pyflare.errors import MissingExtraError
from pyflare.workspace import arrow

if TYPE_CHECKING:
    import pyarrow as pa

    from pyflare.workspace.render import grid

_REPR_ROWS: Final = 20


class Rows(Sequence[dict[str, Any]]):
    """An Arrow table that prints well, iterates as dicts and converts to data frames."""

    def __init__(self, table: pa.Table, *, shown: Sequence[str] | None = None) -> None:
        """Wrap a table.

        Args:
            table: The rows.
            shown: Columns to print, in order; all of them where it is None.
        """
        self._table = table
        self._shown = shown

    @property
    def arrow(self) -> pa.Table:
        """The rows as a pyarrow.Table. Times are UTC without a zone, in nanoseconds."""
        return self._table

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [*self._table.column_names]

    def to_pandas(self) -> Any:
        """The rows as a pandas.DataFrame, maps as dicts.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            return self._table.to_pandas(maps_as_pydicts="lossy")
        except ImportError as error:
            raise MissingExtraError("to_pandas()", "pandas") from error

    def to_polars(self) -> Any:
        """The rows as a polars.DataFrame.

        Raises:
            MissingExtraError: polars is not installed.
        """
        try:
            import polars as pl
        except ImportError as error:
            raise MissingExtraError("to_polars()", "polars") from error
        return pl.from_arrow(self._table)

    def head(self, count: int) -> list[grid.Column]:
        """The first rows as columns of text, ready to be shown."""
        from pyflare.workspace.render import grid

        names = self.columns if self._shown is None else [name for name in self._shown if name in self.columns]
        return grid.columns(arrow.lists(self._table.slice(0, count).select(names)))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return arrow.dicts(self._table)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Rows: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | Rows:
        if isinstance(index, slice):
            import pyarrow as pa

            return Rows(self._table.take(pa.array(range(*index.indices(len(self))), pa.int64())), shown=self._shown)
        return next(arrow.dicts(self._table.slice(range(len(self))[index], 1)))

    def __repr__(self) -> str:
        from pyflare.workspace.render import grid

        return grid.as_text(self.head(_REPR_ROWS), total=len(self))

    def _repr_html_(self) -> str:
        from pyflare.workspace.render import grid

        return grid.as_html(self.head(_REPR_ROWS), total=len(self))
