"""Comparing two groups of traces in every field there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pyflare.analytics.contrast import benjamini_hochberg
from pyflare.store.engine import Engine
from pyflare.store.language import parse
from pyflare.store.language.fields import field_of
from pyflare.store.language.nodes import And, Comparison, Name, Node, Not, Or, shown_name
from pyflare.workspace.contrast.attributes import attribute_fields
from pyflare.workspace.contrast.columns import span_fields, trace_fields
from pyflare.workspace.contrast.fields import Field
from pyflare.workspace.contrast.members import Groups, choose
from pyflare.workspace.contrast.testing import FieldContrast, LeftOut, contrast
from pyflare.workspace.scope import Scope

LEVEL: Final = 0.05
"""Of all fields called significant, this share is expected to be false."""
SMALLEST: Final = 5
"""Smaller groups are not compared."""
_TOGETHER: Final = (frozenset({"status", "errors"}), frozenset({"tokens", "input_tokens", "output_tokens"}))
"""Fields that say the same: where the groups are chosen by one, the others are no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupContrast:
    """What differs between two groups of traces."""

    totals: tuple[int, int]
    compared: tuple[int, int]
    """How many of them were compared: all, or a sample."""
    contrasts: tuple[FieldContrast, ...]
    """The significant ones first, by effect size; then the others, the least improbable last."""
    q_values: tuple[float, ...]
    """Of each, corrected for how many there are."""
    left_out: tuple[LeftOut, ...]

    def is_significant(self, position: int) -> bool:
        """Whether a contrast is more than chance."""
        return self.q_values[position] < LEVEL


def compare_groups(engine: Engine, scope: Scope, a: str, b: str = "") -> GroupContrast:
    """Compare the traces in scope that meet filter `a` with those of the others that meet filter `b`.

    One trace is one observation. A field whose values differ from trace to trace is a category, tested with its
    missing values by Pearson's chi-squared; one of which a trace has several is tested value by value; numbers are
    tested by Mann and Whitney. Fields that the groups are chosen by are left out, and so are ids.

    Args:
        engine: The folder.
        scope: Which traces are looked at.
        a: A filter, which must not be empty.
        b: A filter; all other traces where it is empty.

    Raises:
        QueryError: A filter cannot be used, or `a` is empty.
    """
    groups = choose(engine, scope, a, b)
    if min(groups.sizes) < SMALLEST:
        reason = f"one of the groups has fewer than {SMALLEST} traces"
        return _ranked(groups, [], [LeftOut(field="*", reason=reason)])
    chosen_by = _names(a) | _names(b)
    tested: list[FieldContrast] = []
    left_out: list[LeftOut] = []
    for field in _fields(engine, groups):
        if _key(field.name) in chosen_by:
            left_out.append(LeftOut(field=field.label, reason="the groups are chosen by it"))
            continue
        found = contrast(field, groups.is_a)
        tested.append(found) if isinstance(found, FieldContrast) else left_out.append(found)
    return _ranked(groups, tested, left_out)


def _fields(engine: Engine, groups: Groups) -> Iterator[Field]:
    return chain(
        trace_fields(engine, groups),
        span_fields(engine, groups),
        attribute_fields(engine, groups),
    )


def _ranked(groups: Groups, tested: list[FieldContrast], left_out: list[LeftOut]) -> GroupContrast:
    q_values = [float(q) for q in benjamini_hochberg([found.p_value for found in tested])]
    ranked = sorted(
        zip(tested, q_values, strict=True),
        key=lambda item: (item[1] >= LEVEL, -item[0].effect_size if item[1] < LEVEL else item[1], item[0].field),
    )
    return GroupContrast(
        totals=groups.totals,
        compared=groups.sizes,
        contrasts=tuple(found for found, _ in ranked),
        q_values=tuple(q for _, q in ranked),
        left_out=tuple(left_out),
    )


def _key(name: Name) -> str:
    return shown_name(Name(name.field, name.key))


def _names(filter: str) -> set[str]:
    """The fields that a filter speaks of, and those that say the same."""
    node = parse(filter, of="traces")
    found = {_key(name) for name in _named(node)} if node else set()
    return found.union(*(together for together in _TOGETHER if found & together))


def _named(node: Node) -> Iterator[Name]:
    match node:
        case Comparison(name):
            field = field_of("traces", name.field)
            yield Name(field.name if field else name.field, name.key)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _named(operand)
        case Not(operand):
            yield from _named(operand)
        case _:
            return
