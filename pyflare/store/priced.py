"""Costs of spans that say tokens and a model and no cost.

They are filled in wherever spans become rows: before a compaction or an import
puts them into parts, and when live journals are read. `price_version` says by
which prices; a cost that the span said itself is left as it is, `reported`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.errors import ConfigError
from pyflare.schema.tables import REPORTED, USAGE_COLUMNS

if TYPE_CHECKING:  # loaded when a span needs a price
    from pyflare.pricing import Prices

MODEL_COLUMNS: Final = ("provider", "model_id", "model_version", "service_tier")
_WHEN: Final = "start_time"
PRICING_COLUMNS: Final = (*MODEL_COLUMNS, _WHEN, *USAGE_COLUMNS)
"""What the price of a call depends on."""
_LARGEST: Final = (1 << 63) - 1
_logger = logging.getLogger("pyflare")

_Made = tuple[int | None, str | None]


class FolderPrices:
    """The prices that count for a folder, read when the first span needs one and again when their files change."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._mark: tuple[Any, ...] | None = None
        self._prices: Prices | None = None

    def get(self) -> Prices | None:
        """The prices; None, and a warning once, where the user's own are written in a way that cannot be used.

        Spans stay unpriced then: by the published prices alone they might get a wrong one.
        """
        from pyflare.pricing import Prices

        mark = tuple(self._marks())
        if mark != self._mark:
            self._mark = mark
            try:
                self._prices = Prices.load(self._root)
            except ConfigError as error:
                self._prices = None
                _logger.warning("PyFlare leaves calls unpriced: %s", error)
        return self._prices

    def _marks(self) -> Iterator[tuple[int, int] | None]:
        from pyflare.config.files import FILE_NAMES
        from pyflare.pricing.records import FILE_NAME

        beside = self._root.absolute().parent
        for path in (self._root / FILE_NAME, *(beside / name for name in FILE_NAMES)):
            try:
                status = os.stat(path)
            except OSError:
                yield None
            else:
                yield status.st_mtime_ns, status.st_size


def priced(spans: pa.Table, prices: FolderPrices) -> pa.Table:
    """Spans with costs where these can be told; the same object where that changes nothing.

    Args:
        spans: Rows of `spans`.
        prices: The prices of their folder. Nothing is loaded where no span needs a price.
    """
    spans = _reported(spans)
    wanted = _without_cost(spans)
    if not pc.any(wanted, min_count=0).as_py():
        return spans
    try:
        book = prices.get()
        made = [*costs(spans.select(PRICING_COLUMNS).filter(wanted), book)] if book is not None else []
    except Exception:  # a price list that does not work as expected must not hold up what reads and stores spans
        _logger.warning("PyFlare leaves calls unpriced: the prices could not be used.", exc_info=True)
        return spans
    if all(micros is None for micros, _ in made):
        return spans
    found = pa.array([micros for micros, _ in made], pa.int64())
    versions = pa.array([version for _, version in made], pa.string())
    return _with(_with(spans, "cost_micros", wanted, found), "price_version", wanted, versions)


def costs(calls: pa.Table, prices: Prices) -> Iterator[_Made]:
    """What calls cost, in micro-dollars, and by which price version; twice None for one without a price.

    Args:
        calls: `PRICING_COLUMNS`.
        prices: The prices that count.
    """
    from pyflare.pricing import buckets

    whose = zip(*(_listed(calls, name) for name in MODEL_COLUMNS), strict=True)
    starts: Iterable[int] = calls[_WHEN].cast(pa.int64()).to_pylist()
    used = zip(*(_listed(calls, name) for name in USAGE_COLUMNS), strict=True)
    for (provider, model, version, tier), at_ns, counts in zip(whose, starts, used, strict=True):
        quote = prices.quote(provider=provider, model=model, model_version=version, service_tier=tier, at_ns=at_ns)
        micros = None if quote is None else quote.rates.micros(buckets(*counts))
        if quote is None or micros is None or micros > _LARGEST:
            yield None, None
        else:
            yield micros, quote.version


def _listed(calls: pa.Table, name: str) -> list[Any]:
    column = calls[name]
    return [None] * len(column) if column.null_count == len(column) else column.to_pylist()


def _reported(spans: pa.Table) -> pa.Table:
    """Spans that say their cost themselves, marked as such; a version without a cost is dropped."""
    costs, versions = spans["cost_micros"], spans["price_version"]
    if costs.null_count == len(costs) and versions.null_count == len(versions):
        return spans
    said = pc.if_else(pc.is_valid(costs), pc.fill_null(versions, REPORTED), pa.scalar(None, pa.string()))
    return spans.set_column(spans.schema.get_field_index("price_version"), spans.schema.field("price_version"), said)


def _without_cost(spans: pa.Table) -> pa.ChunkedArray:
    """Which spans say tokens and a model and no cost."""
    uses = pc.or_(_above_zero(spans["input_tokens"]), _above_zero(spans["output_tokens"]))
    named = pc.or_(pc.is_valid(spans["model_id"]), pc.is_valid(spans["model_version"]))
    return pc.and_(pc.and_(uses, named), pc.is_null(spans["cost_micros"]))


def _above_zero(counts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.greater(counts, 0), False)


def _with(spans: pa.Table, name: str, where: pa.ChunkedArray, values: pa.Array) -> pa.Table:
    whole = pc.replace_with_mask(spans[name].combine_chunks(), where.combine_chunks(), values)
    return spans.set_column(spans.schema.get_field_index(name), spans.schema.field(name), whole)
