"""Sessions: the traces of one conversation, summed up, and turn by turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from pyflare.errors import NotFoundError, QueryError
from pyflare.store.engine import Engine
from pyflare.store.filters import Condition
from pyflare.workspace.conversation import Chat, Message, chat_of, new_messages
from pyflare.workspace.listing import Place
from pyflare.workspace.scope import Scope

ORDER: Final = "-last"
MOST_TURNS: Final = 200
"""Turns of a session that are read; the first ones."""

_SUMMED: Final = """\
SELECT session_id, epoch_ns(min(start_time)) AS start_time, epoch_ns(max(end_time)) AS end_time, count(*) AS trace_count,
    count(*) FILTER (status_code = 'error') AS error_count, any_value(user_id) AS user_id,
    any_value(service_name) AS service_name,
    list_sort(list_distinct(flatten(list(coalesce(model_ids, []))))) AS model_ids,
    sum(input_tokens)::BIGINT AS input_tokens, sum(output_tokens)::BIGINT AS output_tokens,
    sum(cost_micros)::BIGINT AS cost_micros,
    arg_min(input_preview, start_time) AS first_input, arg_max(output_preview, start_time) AS last_output,
    epoch_ns(max(start_time)) AS last_ns
FROM traces WHERE session_id IN (SELECT session_id FROM page) AND {where} GROUP BY session_id
ORDER BY last_ns DESC, session_id DESC"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """Sessions, the one with the latest trace first, and the place where the page ended; None at the end."""

    rows: list[dict[str, Any]]
    """Times in unix nanoseconds."""
    next: Place | None


def read_sessions(
    engine: Engine, scope: Scope, *, limit: int, offset: int = 0, after: Place | None = None
) -> SessionPage:
    """A page of sessions. They are summed up over the traces in scope.

    Raises:
        QueryError: The filter cannot be used, or the place belongs to another list.
    """
    condition = scope.condition(engine, "traces") & Condition("session_id IS NOT NULL")
    having, place = _beyond(after)
    query = (
        f"WITH page AS MATERIALIZED (SELECT session_id, epoch_ns(max(start_time)) AS last_ns FROM traces "
        f"WHERE {condition.sql} GROUP BY session_id {having} "
        f"ORDER BY last_ns DESC, session_id DESC LIMIT {limit + 1} OFFSET {offset}) "
        + _SUMMED.format(where=condition.sql)
    )
    parameters = (*condition.parameters, *place, *condition.parameters)
    rows = engine.rows(lambda *_: (query, parameters), traces=True)
    page = rows[:limit]
    ended = Place(order=ORDER, value=page[-1]["last_ns"], ids=(page[-1]["session_id"],)) if len(rows) > limit else None
    return SessionPage(rows=page, next=ended)


def _beyond(after: Place | None) -> tuple[str, tuple[Any, ...]]:
    if after is None:
        return "", ()
    if after.order != ORDER or len(after.ids) != 1 or not isinstance(after.value, int):
        raise QueryError("cursor: it belongs to another list. Hint: begin anew without a cursor.")
    return "HAVING (last_ns, session_id) < (?, ?)", (after.value, after.ids[0])


def count_sessions(engine: Engine, scope: Scope) -> int:
    """How many sessions have a trace in scope. Raises QueryError."""
    condition = scope.condition(engine, "traces")
    query = f"SELECT count(DISTINCT session_id) AS total FROM traces WHERE {condition.sql}"
    (counted,) = engine.rows(lambda *_: (query, condition.parameters), traces=True)
    return int(counted["total"])


def read_session(engine: Engine, session_id: str) -> dict[str, Any]:
    """One session, summed up over all its traces.

    Raises:
        NotFoundError: No trace names it.
    """
    query = "WITH page AS (SELECT ? AS session_id) " + _SUMMED.format(where="true")
    rows = engine.rows(lambda *_: (query, [session_id]), traces=True)
    if not rows:
        raise NotFoundError(f"no trace belongs to a session {session_id!r}.")
    return rows[0]


def read_turns(engine: Engine, session_id: str, columns: str) -> list[dict[str, Any]]:
    """The traces of a session in the order of start, one more than `MOST_TURNS` at most.

    Args:
        engine: The folder.
        session_id: The session.
        columns: The select list over `traces`.
    """
    query = f"SELECT {columns} FROM traces WHERE session_id = ? ORDER BY start_time, trace_id LIMIT {MOST_TURNS + 1}"
    return engine.rows(lambda *_: (query, [session_id]), traces=True)


def messages_by_turn(engine: Engine, trace_ids: list[str]) -> list[list[Message]]:
    """What each trace of a session adds to the conversation.

    A trace's conversation is its root's, where that takes and gives messages or
    texts, else that of its last model call.

    Args:
        engine: The folder.
        trace_ids: The turns, in order.
    """
    query = (
        "SELECT trace_id, parent_span_id IS NULL AS is_root, inference_type, input, output FROM spans "
        "WHERE trace_id IN (SELECT unnest(?)) AND (parent_span_id IS NULL OR inference_type = 'llm') ORDER BY start_time, span_id"
    )
    rows = engine.rows(lambda *_: (query, [trace_ids]), traces=False)
    by_trace: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_trace.setdefault(row["trace_id"], []).append(row)
    seen: set[bytes] = set()
    return [_turn(by_trace.get(trace_id, []), seen) for trace_id in trace_ids]


def _turn(spans: list[dict[str, Any]], seen: set[bytes]) -> list[Message]:
    roots = [span for span in spans if span["is_root"]]
    calls = [span for span in reversed(spans) if span["inference_type"] == "llm"]
    chats = (_chat(span) for span in (*roots, *calls))
    chat = next((chat for chat in chats if chat is not None and (chat.messages or chat.answers)), None)
    return [] if chat is None else new_messages(chat, seen)


def _chat(span: dict[str, Any]) -> Chat | None:
    return chat_of(
        kind=span["inference_type"], input=_value(span["input"]), output=_value(span["output"]), attributes={}
    )


def _value(text: str | None) -> Any:
    try:
        return None if text is None else msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text
