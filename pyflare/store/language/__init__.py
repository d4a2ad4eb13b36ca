"""The filter language: `model = gpt-4o and latency > 2s and text ~ "refund"`.

It is read by `parse` into a tree (`nodes`), whose fields are in one table
(`fields`), and becomes a `Condition` in SQL by `conditions`. `check` says what
is wrong with a filter and where, `complete` how it can go on.
"""

from __future__ import annotations

from pyflare.store.filters import EVERYTHING, Condition, FindPayloads
from pyflare.store.language.checking import CheckResult, check
from pyflare.store.language.completion import CompletionResult, complete
from pyflare.store.language.conditions import Compiler
from pyflare.store.language.fields import FIELDS, Field, Of
from pyflare.store.language.nodes import show
from pyflare.store.language.parser import parse
from pyflare.store.language.writing import clause_of

__all__ = [
    "FIELDS",
    "CheckResult",
    "CompletionResult",
    "Field",
    "Of",
    "check",
    "clause_of",
    "compile_filter",
    "complete",
    "normalised",
    "parse",
    "show",
]


def compile_filter(
    text: str,
    *,
    of: Of,
    now_ns: int,
    find_payloads: FindPayloads,
    spans_since_ns: int | None = None,
    sums_up: bool = False,
) -> Condition:
    """The condition that a filter means, over the view of a table.

    Args:
        text: The filter; everything meets an empty one.
        of: What is filtered: rows of traces or of spans.
        now_ns: The present, in unix nanoseconds: what "2h" counts back from.
        find_payloads: Gives the ids of the payloads that hold a text; asked once for each text looked for.
        spans_since_ns: The earliest start of traces that matter, where that is known: older spans are not looked at.
        sums_up: Whether every row of `traces` tells what its spans say: see `Snapshot.sums_up`.

    Raises:
        FilterError: It cannot be read, or asks for what there is not; the error says where.
    """
    node = parse(text, of=of)
    if node is None:
        return EVERYTHING
    compiler = Compiler(
        of=of,
        text=text,
        now_ns=now_ns,
        find_payloads=find_payloads,
        spans_since_ns=spans_since_ns,
        sums_up=sums_up,
    )
    return compiler.condition(node)


def normalised(text: str, *, of: Of) -> str:
    """The filter as it is written most plainly: the same for filters that differ in spaces and names alone.

    Raises:
        FilterError: It cannot be read.
    """
    node = parse(text, of=of)
    return "" if node is None else show(node)
