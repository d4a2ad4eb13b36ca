"""Names of fields that somebody wrote, and what is said where there is no such field."""

from __future__ import annotations

from pyflare.errors import FilterError
from pyflare.store.language.fields import FIELDS, Of, field_of, nearest_name
from pyflare.store.language.nodes import Name

_OTHER: dict[Of, Of] = {"traces": "spans", "spans": "traces"}


def unknown_name(text: str, name: Name, of: Of) -> FilterError:
    """What to say about a name that no field has."""
    written = text[name.start : name.end]
    nearest = nearest_name(of, written)
    instead = None
    if field_of(_OTHER[of], written) is not None:
        hint = f"it is a field of {_OTHER[of]}."
    elif nearest is not None:
        hint = f'did you mean "{nearest}"?'
        instead = nearest
    else:
        hint = f"attributes.{written} is an attribute; the fields are {', '.join(field.name for field in FIELDS[of])}."
    return FilterError(f'{of} have no field "{written}".', start=name.start, end=name.end, hint=hint, instead=instead)
