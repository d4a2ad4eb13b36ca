"""One record of GenAI work, whoever instrumented it.

`fill` reads the attributes and events of spans in every dialect of
`pyflare.dialects` and fills the normalised columns of `spans` that are null.
`fill_from_logs` does so from log records, `explain` says what it read from where, and
`mark_repeated` finds the spans whose usage must not be summed.
"""

from __future__ import annotations

from pyflare.store.normalise.evaluations import evaluations
from pyflare.store.normalise.explain import NORMALISED_COLUMNS, Source, explain
from pyflare.store.normalise.fill import fill
from pyflare.store.normalise.logs import CONTENT_EVENTS, fill_from_logs
from pyflare.store.normalise.repeated import (
    COUNTED_COLUMNS,
    SUMMED_COLUMNS,
    TREE_COLUMNS,
    USAGE_COLUMNS,
    mark_repeated,
    usage_sums,
    with_unpriced,
)

__all__ = [
    "CONTENT_EVENTS",
    "COUNTED_COLUMNS",
    "NORMALISED_COLUMNS",
    "SUMMED_COLUMNS",
    "TREE_COLUMNS",
    "USAGE_COLUMNS",
    "Source",
    "evaluations",
    "explain",
    "fill",
    "fill_from_logs",
    "mark_repeated",
    "usage_sums",
    "with_unpriced",
]
