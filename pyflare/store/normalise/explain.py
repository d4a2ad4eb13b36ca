"""Where the normalised columns of a span came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from pyflare.schema.arrow import arrow_schema
from pyflare.schema.tables import SPANS
from pyflare.store.normalise.columns import Trail
from pyflare.store.normalise.fill import normalise
from pyflare.store.normalise.rules import CONTENTS, SCALARS
from pyflare.store.normalise.work import Work

_SCHEMA: Final = arrow_schema(SPANS)
NORMALISED_COLUMNS: Final = tuple(name for name in SPANS.column_names if name in SCALARS or name in CONTENTS)
"""The columns that a dialect may fill, in the order of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one column of a span was read from."""

    column: str
    attribute: str
    """The attribute; of flattened ones what they begin with; of an event its name."""
    dialect: str
    """One of the names in `pyflare.dialects`."""
    value: Any
    """What the column gets."""


def explain(
    attributes: Mapping[str, str],
    types: Mapping[str, str] | None = None,
    events: Sequence[Mapping[str, Any]] | None = None,
    **columns: Any,
) -> list[Source]:
    """Say which column comes from which attribute of which dialect.

    Args:
        attributes: The span's attributes as the store holds them: values as text.
        types: The types of those that are not strings.
        events: The span's events: `time` in unix nanoseconds, `name`, and `attributes` as JSON.
        columns: Other columns of the span that say how to read it: `scope_name`,
            `status_code`, `start_time` in unix nanoseconds, `resource`.
    """
    values = {**columns, "attributes": [*attributes.items()], "attribute_types": [*(types or {}).items()]}
    values["events"] = [dict(event) for event in events] if events else None
    row = [pa.array([values.get(field.name)], field.type) for field in _SCHEMA]
    trail = Trail(wanted=True)
    work = Work(pa.Table.from_arrays(row, schema=_SCHEMA), trail=trail)
    normalise(work)
    (made,) = work.result().drop_columns(["start_time", "events"]).to_pylist()  # nanoseconds are no datetimes
    found = {
        origin.column: Source(
            column=origin.column, attribute=origin.attribute, dialect=origin.dialect, value=made[origin.column]
        )
        for origin in trail.origins
    }
    return [found[name] for name in NORMALISED_COLUMNS if name in found]
