"""Sessions: the list, and one of them turn by turn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Count, Cursor, Limit, Offset, Scoped
from pyflare.server.api.encoding import TRACE_COLUMNS, with_moments
from pyflare.server.api.paging import next_link, read_cursor, write_cursor
from pyflare.server.api.schemas.aggregates import SessionListResponse
from pyflare.server.api.schemas.sessions import SessionDetail
from pyflare.server.api.traces import trace_values
from pyflare.store.engine import Engine
from pyflare.workspace.annotate import scores_of_sessions
from pyflare.workspace.sessions import (
    MOST_TURNS,
    count_sessions,
    messages_by_turn,
    read_session,
    read_sessions,
    read_turns,
)

router = APIRouter(tags=["sessions"])

SessionId = Annotated[str, Path(min_length=1, max_length=1000, description="The session.")]


@router.get("/sessions", response_model=SessionListResponse, responses=ERRORS)
def list_sessions(
    ask: Asking,
    scope: Scoped,
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: Cursor = None,
    count: Count = False,  # noqa: FBT002  (a query parameter)
) -> Response:
    """List sessions, the one with the latest trace first. They are summed up over the traces in scope."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        page = read_sessions(engine, scope, limit=limit, offset=offset, after=read_cursor(cursor))
        return {
            "sessions": _values(engine, page.rows),
            "next_cursor": write_cursor(page.next),
            "total": count_sessions(engine, scope) if count else None,
        }

    return ask.json(make, headers=lambda value: next_link(ask.request, value))


@router.get("/sessions/{session_id:path}", response_model=SessionDetail, responses=ERRORS | NOT_FOUND)
def get_session(ask: Asking, session_id: SessionId) -> Response:
    """One session, turn by turn. Messages that earlier turns held are not repeated."""
    engine = ask.workspace.engine

    def make() -> dict[str, Any]:
        (session,) = _values(engine, [read_session(engine, session_id)])
        columns = ", ".join(f'{sql} AS "{name}"' for name, sql in TRACE_COLUMNS.items())
        found = read_turns(engine, session_id, columns)
        traces = trace_values(engine, found[:MOST_TURNS])
        return {"session": session, "turns": [*_turns(engine, traces)], "truncated": len(found) > MOST_TURNS}

    return ask.json(make)


def _turns(engine: Engine, traces: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    said = messages_by_turn(engine, [trace["trace_id"] for trace in traces])
    for trace, messages in zip(traces, said, strict=True):
        yield {"trace": trace, "messages": messages}


def _values(engine: Engine, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `schemas.aggregates.SessionRow` describes."""
    found = with_moments(rows)
    scores = scores_of_sessions(engine, [row["session_id"] for row in found])
    for row in found:
        del row["last_ns"]
        micros = row.pop("cost_micros")
        row["cost_usd"] = None if micros is None else micros / 1e6
        row["scores"] = scores.get(row["session_id"], {})
    return found
