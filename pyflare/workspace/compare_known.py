"""Attributes that columns and content were filled from: what they say is compared there, once."""

from __future__ import annotations

from typing import Final

from pyflare.dialects import DIALECTS, From


def _named() -> frozenset[str]:
    columns = (source for dialect in DIALECTS for sources in dialect.columns.values() for source in sources)
    plain = (source.attribute if isinstance(source, From) else source for source in columns)
    content = (
        place.attribute for dialect in DIALECTS for places in (dialect.inputs, dialect.outputs) for place in places
    )
    return frozenset([*plain, *content])


NAMED_BY_COLUMNS: Final = _named()
"""Their names, in any dialect."""
