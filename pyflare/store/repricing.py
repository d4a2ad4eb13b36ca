"""Pricing history anew, by the prices that count now.

Parts are immutable: one with rows whose cost changes is written anew, with the
costs of their traces, a few parts in one commit. A crash leaves what was
committed until then, and the next run does the rest. A cost that a span said
itself stays as it is.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.pricing import REPORTED, Prices
from pyflare.schema.tables import SPANS, TRACES
from pyflare.store.catalog import Part, load_catalog
from pyflare.store.change import Change, OnStep, ignore_step
from pyflare.store.compaction import compact_held
from pyflare.store.compaction.traces import parts_with
from pyflare.store.deletion import WAIT_S
from pyflare.store.lock import exclusive_or_error
from pyflare.store.migrate import check_version
from pyflare.store.parts import read_columns, write_changed
from pyflare.store.priced import PRICING_COLUMNS, costs
from pyflare.store.scratch import scratch

_READ: Final = (*PRICING_COLUMNS, "trace_id", "usage_repeated", "cost_micros", "price_version")
_OWN: Final = "own "
"""How the version of a price of one's own begins."""
_BATCH_ROWS: Final = 16_384
_COMMIT_ROWS: Final = 400_000
"""Rows of the parts that one commit writes anew; at least one part."""

OnPart = Callable[[int, int], None]
"""Told how many rows have been looked at, and of how many."""


@dataclass(slots=True)
class _Difference:
    """What changes in the row of one trace."""

    micros: int = 0
    unpriced: int = 0
    is_priced: bool = False
    """Whether any of its calls has a price now that had another, or none."""


@dataclass(slots=True, kw_only=True)
class RepricedModel:
    """What changed for one model."""

    calls: int = 0
    newly_priced: int = 0
    """Calls among them that had no cost."""
    no_longer_priced: int = 0
    """Calls among them that have none now."""
    before_micros: int = 0
    """What they cost; usage that another span repeats is left out of both sums."""
    after_micros: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepriceResult:
    """What pricing history anew changed, or would change."""

    dry_run: bool
    rows: int
    """Rows of calls that were looked at: those that no span said the cost of itself."""
    changed: int
    """Rows whose cost changed."""
    parts: int
    """Parts of `spans` that were written anew."""
    models: dict[str, RepricedModel]
    """By model, the largest change first."""
    version: str
    """By which prices."""

    @property
    def difference_micros(self) -> int:
        """By how much the sum of all costs changed."""
        return sum(model.after_micros - model.before_micros for model in self.models.values())

    def said(self) -> str:
        """The result in one line."""
        would = "would change" if self.dry_run else "changed"
        return (
            f"{self.changed:,} of {self.rows:,} stored calls {would}: {self.difference_micros / 1e6:+,.6f} USD, "
            f"by {self.version}"
        )

    def __repr__(self) -> str:
        return f"RepriceResult({self.said()})"


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    changed: int = 0
    parts: int = 0
    models: defaultdict[str, RepricedModel] = field(default_factory=lambda: defaultdict(RepricedModel))

    def add(self, calls: pa.Table) -> None:
        """Count calls whose cost changed, with their new cost in `new_micros`."""
        self.changed += calls.num_rows
        names = calls["model_id"].to_pylist()
        repeated = pc.fill_null(calls["usage_repeated"], False).to_pylist()
        olds, news = calls["cost_micros"].to_pylist(), calls["new_micros"].to_pylist()
        for name, again, old, new in zip(names, repeated, olds, news, strict=True):
            model = self.models[name or "?"]
            model.calls += 1
            model.newly_priced += old is None
            model.no_longer_priced += new is None
            if not again:
                model.before_micros += old or 0
                model.after_micros += new or 0


def reprice(
    root: Path,
    *,
    prices: Prices | None = None,
    dry_run: bool = False,
    wait_s: float = WAIT_S,
    on_part: OnPart | None = None,
    on_step: OnStep = ignore_step,
) -> RepriceResult:
    """Price all stored calls anew that did not say their cost themselves.

    Args:
        root: The folder.
        prices: The prices; those that count for the folder if left out.
        dry_run: Whether only to say what would change.
        wait_s: How long to wait for a compaction that is under way.
        on_part: Told how far it is.
        on_step: Told of each step, for tests of crashes.

    Raises:
        StoreNotFoundError: There is no PyFlare folder at `root`.
        ConfigError: The folder's own prices are written in a way that cannot be used.
        StoreError: Another process was changing the folder all the time.
        OSError: The folder cannot be written. What was committed until then counts.
    """
    check_version(root)
    book = Prices.load(root) if prices is None else prices
    tally = _Tally()
    with exclusive_or_error(root, wait_s=wait_s):
        if not dry_run:
            compact_held(root, merge=False, now_ns=time.time_ns())
        parts = load_catalog(root).parts_of(SPANS.name)
        whole, done = sum(part.rows for part in parts), 0
        for group in _groups(parts):
            _reprice_parts(root, group, book, tally, dry_run=dry_run, on_step=on_step)
            done += sum(part.rows for part in group)
            if on_part is not None:
                on_part(done, whole)
    models = sorted(tally.models.items(), key=lambda item: -abs(item[1].after_micros - item[1].before_micros))
    return RepriceResult(
        dry_run=dry_run,
        rows=tally.rows,
        changed=tally.changed,
        parts=tally.parts,
        models=dict(models),
        version=book.version,
    )


def _groups(parts: tuple[Part, ...]) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in parts:
        if group and sum(each.rows for each in (*group, part)) > _COMMIT_ROWS:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _reprice_parts(
    root: Path, parts: list[Part], prices: Prices, tally: _Tally, *, dry_run: bool, on_step: OnStep
) -> None:
    change = Change(root, on_step=on_step)
    differences: defaultdict[str, _Difference] = defaultdict(_Difference)
    for part in parts:
        before = tally.changed
        for rows in read_columns(root, part, _READ, batch_rows=_BATCH_ROWS):
            calls, changed = _compared(rows, prices)
            tally.rows += calls
            if changed.num_rows:
                tally.add(changed)
                _note_traces(changed, differences)
        if tally.changed > before and not dry_run:
            tally.parts += 1
            change.replace([part], write_changed(root, part, lambda rows: _with_costs(rows, prices)))
    if differences and not dry_run:
        _correct_traces(change, differences)
    change.commit()


def _is_ours(rows: pa.Table, prices: Prices) -> pa.ChunkedArray:
    """Which rows are calls that did not say their cost themselves. Before there were versions all costs were said.

    Where the published prices are not installed, what was priced by them is left alone: it would lose its cost.
    """
    uses = pc.or_(
        pc.fill_null(pc.greater(rows["input_tokens"], 0), False),
        pc.fill_null(pc.greater(rows["output_tokens"], 0), False),
    )
    computed = pc.fill_null(pc.not_equal(rows["price_version"], REPORTED), False)
    if not prices.has_published:
        computed = pc.and_(computed, pc.fill_null(pc.starts_with(rows["price_version"], _OWN), False))
    return pc.and_(uses, pc.or_(computed, pc.is_null(rows["cost_micros"])))


def _compared(rows: pa.Table, prices: Prices) -> tuple[int, pa.Table]:
    """How many of some rows are ours, and those of them whose cost changes, with `new_micros`."""
    calls = rows.filter(_is_ours(rows, prices))
    found = pa.array([micros for micros, _ in costs(calls, prices)], pa.int64())
    old, new = pc.fill_null(calls["cost_micros"], -1), pc.fill_null(found, -1)
    return calls.num_rows, calls.append_column("new_micros", found).filter(pc.not_equal(old, new))


def _note_traces(changed: pa.Table, differences: dict[str, _Difference]) -> None:
    once = changed.filter(pc.invert(pc.fill_null(changed["usage_repeated"], False)))
    ids, olds, news = (once[name].to_pylist() for name in ("trace_id", "cost_micros", "new_micros"))
    for trace_id, old, new in zip(ids, olds, news, strict=True):
        difference = differences[trace_id]
        difference.micros += (new or 0) - (old or 0)
        difference.unpriced += (new is None) - (old is None)
        difference.is_priced |= new is not None


def _with_costs(rows: pa.Table, prices: Prices) -> pa.Table:
    """Rows of `spans` with the costs of today; what does not change keeps its price version."""
    ours = _is_ours(rows, prices)
    made = [*costs(rows.filter(ours), prices)]
    if not made:
        return rows
    olds, versions = rows["cost_micros"].filter(ours).to_pylist(), rows["price_version"].filter(ours).to_pylist()
    kept = [version if micros == old else new for (micros, new), old, version in zip(made, olds, versions, strict=True)]
    rows = _set(rows, "cost_micros", ours, pa.array([micros for micros, _ in made], pa.int64()))
    return _set(rows, "price_version", ours, pa.array(kept, pa.string()))


def _set(rows: pa.Table, name: str, where: pa.ChunkedArray, values: pa.Array) -> pa.Table:
    whole = pc.replace_with_mask(rows[name].combine_chunks(), where.combine_chunks(), values)
    return rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), whole)


def _correct_traces(change: Change, differences: Mapping[str, _Difference]) -> None:
    """Change the costs of traces by what their spans' changed: their rows may know spans that have expired."""
    ids = pa.table({"trace_id": pa.array([*differences], pa.string())})
    with scratch() as connection:
        parts = parts_with(connection, change, TRACES.name, ids)
    for part in parts:
        change.replace([part], write_changed(change.root, part, lambda rows: _with_differences(rows, differences)))


def _with_differences(rows: pa.Table, differences: Mapping[str, _Difference]) -> pa.Table:
    columns = [rows[name].to_pylist() for name in ("trace_id", "cost_micros", "unpriced_calls")]
    new = [_changed(differences.get(trace_id), micros, calls) for trace_id, micros, calls in zip(*columns, strict=True)]
    for at, name in enumerate(("cost_micros", "unpriced_calls")):
        index = rows.schema.get_field_index(name)
        rows = rows.set_column(index, rows.schema.field(index), pa.array([each[at] for each in new], pa.int64()))
    return rows


def _changed(difference: _Difference | None, micros: int | None, unpriced: int | None) -> tuple[int | None, int | None]:
    """A trace's cost and its unpriced calls after a change; no cost where nothing is left that has one."""
    if difference is None:
        return micros, unpriced
    cost = (micros or 0) + difference.micros
    return cost if difference.is_priced or cost else None, max(0, (unpriced or 0) + difference.unpriced)
