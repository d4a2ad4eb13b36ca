"""Filters that programs write."""

from __future__ import annotations

from pyflare.store.language.nodes import Name, shown_name
from pyflare.store.language.tokens import quoted, written


def clause_of(field: str, value: str | None, *, key: str | None = None) -> str:
    """The condition that finds the rows of one value; of None, those where it is missing.

    Args:
        field: A field's name.
        value: The value.
        key: The field's key, where it has one, as attributes do: their values are text, whatever they look like.
    """
    name = shown_name(Name(field, key))
    if value is None:
        return f"{name} is missing"
    return f"{name} = {written(value) if key is None else quoted(value)}"
