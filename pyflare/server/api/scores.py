"""Scores: what people, programs and models said of traces, spans and sessions."""

from __future__ import annotations

from typing import Annotated, Any, Final

import pyarrow as pa
from fastapi import APIRouter, Depends, Query, Request, Response

from pyflare.errors import QueryError
from pyflare.server.api.deps import ERRORS, NOT_FOUND, Asking, Cursor, Limit, Writable
from pyflare.server.api.moments import rfc3339
from pyflare.server.api.schemas.scores import NewScore, ScoreListResponse
from pyflare.server.api.schemas.traces import ScoreRow
from pyflare.workspace.annotate import find_scores
from pyflare.workspace.annotate_writer import ScoreWriter

router = APIRouter(tags=["scores"])

_COLUMNS: Final = tuple(name for name in ScoreRow.model_fields if name != "timestamp")


async def _score_writer(request: Request) -> ScoreWriter:
    """The application's writer, made for its first score. Asked for in the event loop alone."""
    state = request.app.state
    if not hasattr(state, "score_writer"):
        state.score_writer = ScoreWriter(state.served.workspace.engine)
    writer: ScoreWriter = state.score_writer
    return writer


Hex32 = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$", description="32 hex digits.")]
Hex16 = Annotated[str | None, Query(pattern="^[0-9a-f]{16}$", description="16 hex digits.")]
Word = Annotated[str | None, Query(max_length=1000)]


@router.get("/scores", response_model=ScoreListResponse, responses=ERRORS)
def list_scores(
    ask: Asking,
    trace_id: Hex32 = None,
    span_id: Hex16 = None,
    session_id: Word = None,
    name: Word = None,
    source: Word = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The scores that count, the latest first: of each name, source and target one."""
    wanted = {"trace_id": trace_id, "span_id": span_id, "session_id": session_id, "name": name, "source": source}

    def make() -> dict[str, Any]:
        rows = find_scores(ask.workspace.engine, wanted, limit=limit + 1, before=_place(cursor))
        page = rows.slice(0, limit)
        more = rows.num_rows > limit
        return {"scores": _scores(page), "next_cursor": _cursor(page) if more else None}

    return ask.json(make)


@router.post("/scores", status_code=201, response_model=ScoreRow, responses=ERRORS | NOT_FOUND, dependencies=[Writable])
def add_score(ask: Asking, score: NewScore, writer: Annotated[ScoreWriter, Depends(_score_writer)]) -> Response:
    """Judge a trace, a span of it or a session. It takes the place of what people said there under the name.

    A score with neither value nor label takes the earlier one back. A note is a score named `note` with a comment.
    """
    said = score.model_dump(exclude={"name", "value"})
    row = writer.write(score.name, score.value, **said)
    return ask.fresh(_score(row), status=201)


def _scores(rows: pa.Table) -> list[dict[str, Any]]:
    return [_score(row) for row in rows.select([*_COLUMNS, "unix_ns"]).to_pylist()]


def _score(row: dict[str, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in _COLUMNS}, "timestamp": rfc3339(row["unix_ns"])}


def _cursor(page: pa.Table) -> str:
    last = page.num_rows - 1
    return f"{page['unix_ns'][last].as_py()}-{page['score_id'][last].as_py()}"


def _place(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    unix_ns, dash, score_id = cursor.partition("-")
    if not (dash and unix_ns.isascii() and unix_ns.isdigit() and len(unix_ns) < 20 and int(unix_ns) < 1 << 63):
        raise QueryError("cursor: it belongs to another list. Hint: begin anew without a cursor.")
    return int(unix_ns), score_id
