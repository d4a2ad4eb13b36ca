"""Columns of single values from attributes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pyflare.schema.columns import ColumnType
from pyflare.schema.tables import SPANS
from pyflare.store.normalise import values
from pyflare.store.normalise.columns import Filling
from pyflare.store.normalise.entries import STRING, Cells
from pyflare.store.normalise.rules import SCALARS, Rule
from pyflare.store.normalise.vector import Integers, integers, np, truths
from pyflare.store.normalise.work import Work

_TYPES: Final = {column.name: column.type for column in SPANS.columns}
_FIRST: Final = "inference_type"
"""Other rules ask for it."""
_TRUTHS: Final = ("false", "true")  # as an array it would load pandas where that is installed


def _members() -> dict[str, tuple[str, ...]]:
    """By attribute, the names that rules look for in it."""
    found: dict[str, dict[str, None]] = {}
    for source in (rule.source for rules in SCALARS.values() for rule in rules):
        if source.member is not None:
            found.setdefault(source.attribute, {})[source.member.partition(".")[0]] = None
    return {attribute: tuple(names) for attribute, names in found.items()}


_MEMBERS: Final = _members()


def fill_scalars(work: Work) -> None:
    """Fill every column of single values that has empty rows."""
    for column in (_FIRST, *(name for name in SCALARS if name != _FIRST)):
        present = [rule for rule in SCALARS[column] if rule.source.attribute in work.entries]
        if present:
            filling = work.filling(column)
            for rule in present:
                _apply(work, rule, filling)


def _apply(work: Work, rule: Rule, filling: Filling) -> None:
    cells = work.entries.cells(rule.source.attribute)
    if cells is None:
        return
    wanted = filling.empty[cells.rows]
    if rule.source.kinds:
        wanted = wanted & work.is_of_kind(cells.rows, rule.source.kinds)
    if rule.scopes:
        wanted = wanted & work.is_of_scope(cells.rows, rule.scopes)
    if not wanted.all():
        cells = cells.where(wanted)
    if not len(cells.rows):
        return
    rows, found = _read(work, rule, cells)
    if len(rows):
        filling.put(rows, found)
        work.trail.add(rule.column, rule.source.attribute, rule.dialect, rows)


def _read(work: Work, rule: Rule, cells: Cells) -> tuple[Integers, pa.Array]:
    """The values that fit, and the rows they are for."""
    source = rule.source
    type = _TYPES[rule.column]
    if source.always is not None:
        return cells.rows, pa.array([source.always] * len(cells.rows), pa.string())
    if source.member is None and not source.is_moment:
        if type is ColumnType.INT64:
            numbers, valid = values.numbers(work.entries.take(cells.positions), cells.types, scale=source.scale)
            return cells.rows[valid], integers(numbers[valid])
        if type is ColumnType.STRING:
            return _texts(work, rule, cells)
        if type is ColumnType.BOOL:
            found = pc.index_in(work.entries.take(cells.positions), value_set=pa.array(_TRUTHS, pa.string()))
            valid = np.asarray(pc.is_valid(found))
            return cells.rows[valid], pc.equal(found.filter(truths(valid)), 1)
    read = _reader(work, rule, type)
    texts = work.entries.take(cells.positions).to_pylist()
    made = [*map(read, texts, cells.rows.tolist(), cells.positions.tolist(), cells.types.tolist())]
    valid = np.array([value is not None for value in made], bool)
    kept = [value for value in made if value is not None]
    return cells.rows[valid], pa.array(kept, work.filling(rule.column).type)


def _texts(work: Work, rule: Rule, cells: Cells) -> tuple[Integers, pa.Array]:
    """Texts that are not empty, translated where the rule has words."""
    if cells.types.any():
        cells = cells.where(cells.types == STRING)
    texts = work.entries.take(cells.positions)
    if rule.source.words is None:
        keep = np.asarray(pc.greater(pc.binary_length(texts), 0))
        return (cells.rows, texts) if keep.all() else (cells.rows[keep], texts.filter(truths(keep)))
    translate = values.translator(rule.source.words, keep=rule.source.others)
    encoded = pc.dictionary_encode(texts)
    words = [translate(word) if word else None for word in encoded.dictionary.to_pylist()]
    found = pa.array(words, pa.string()).take(encoded.indices)
    keep = np.asarray(pc.is_valid(found))
    return (cells.rows, found) if keep.all() else (cells.rows[keep], found.filter(truths(keep)))


def _reader(work: Work, rule: Rule, type: ColumnType) -> Callable[[str, int, int, int], Any]:
    """What reads one value: from its text, row, position and type."""
    source = rule.source
    translate = values.translator(source.words, keep=source.others)
    if source.is_moment:
        return lambda text, row, _, kind: values.nanoseconds_since(text, work.start_ns(row)) if kind == STRING else None
    path = source.member
    if path is None:
        words = cache(lambda text, kind: values.words_of(text, kind, translate))  # few are different
        return lambda text, _, __, kind: words(text, kind)
    names = _MEMBERS[source.attribute]

    def read(text: str, _: int, position: int, __: int) -> Any:
        found = values.member(work.members.value(source.attribute, names, position, text), path)
        if found is None and not path:
            found = text
        if type is ColumnType.INT64:
            return values.scaled(found, source.scale)
        if type is ColumnType.STRINGS:
            return values.word_list(found, translate)
        return (translate(found) or None) if isinstance(found, str) else None

    return read
