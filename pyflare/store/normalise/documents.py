"""Documents that a retriever found, each `{"id", "score", "content", "metadata"}` as far as is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pyflare.dialects.messages import opened
from pyflare.store.normalise.values import amount

_NAMES: Final = {
    "id": ("id", "document.id", "db.query.result.id", "db.search.result.id"),
    "score": (
        "score",
        "document.score",
        "db.query.result.score",
        "db.query.result.distance",
        "db.search.result.score",
        "db.search.result.distance",
    ),
    "content": ("content", "document.content", "db.query.result.document", "db.search.result.document"),
    "metadata": ("metadata", "document.metadata", "db.query.result.metadata", "db.search.result.metadata"),
}
"""What each field is called."""
_ALIASES: Final = frozenset(name for names in _NAMES.values() for name in names)


def documents_of(items: Iterable[object]) -> list[dict[str, Any]]:
    """Read documents; what is none is left out, fields that have no place here are kept."""
    return [document for item in items if isinstance(item, Mapping) and (document := _document(item))]


def _document(item: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, names in _NAMES.items():
        value = next((item[name] for name in names if item.get(name) is not None), None)
        if value is not None:
            found[field] = _fitting(field, value)
    others = {name: value for name, value in item.items() if isinstance(name, str) and name not in _ALIASES}
    return {**found, **others}


def _fitting(field: str, value: object) -> object:
    match field:
        case "id":
            return str(value)
        case "score":
            return amount(value) if isinstance(value, str) and amount(value) is not None else value
        case "metadata":
            return opened(value)
    return value
