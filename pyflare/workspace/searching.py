"""Text inside one trace."""

from __future__ import annotations

from typing import Final

from pyflare.store.engine import Engine
from pyflare.store.filters import Condition, text_pattern
from pyflare.workspace.directory import Located
from pyflare.workspace.lookup import find_payloads, read_spans

_PLACES: Final = (
    "operation_name",
    "input",
    "output",
    "status_message",
    "model_id",
    "tool_name",
    "attributes::VARCHAR",
    "events::VARCHAR",
)


def find_text(engine: Engine, located: Located, text: str, *, limit: int) -> list[str]:
    """The spans of a trace that hold a text, in whatever case, in the order of start.

    Args:
        engine: The folder.
        located: The trace.
        text: What to look for: in names, inputs, outputs, attributes, events and errors.
        limit: Spans at most.

    Raises:
        QueryError: The text is empty.
    """
    pattern = text_pattern(text)
    ways = [f"regexp_matches({place}, ?)" for place in _PLACES]
    large = find_payloads(engine, text)
    parameters: tuple[object, ...] = (pattern,) * len(ways)
    if large:
        ways += ["list_contains(?, input_ref)", "list_contains(?, output_ref)"]
        parameters += (large, large)
    rows = read_spans(
        engine,
        located,
        select="span_id",
        where=Condition(f"({' OR '.join(ways)})", parameters),
        tail=f"ORDER BY start_time, span_id LIMIT {limit}",
        expected=0,
    )
    found: list[str] = rows["span_id"].to_pylist()
    return found
