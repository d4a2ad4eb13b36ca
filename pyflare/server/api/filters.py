"""The filter language: its fields, how a filter can go on, and whether it can be used."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from pyflare.server.api.deps import ERRORS, Asking
from pyflare.server.api.schemas.filters import CompletionResponse, FilterCheck, FilterFields
from pyflare.store.language import FIELDS, Field, Of, check, complete

router = APIRouter(prefix="/filter", tags=["filter"])

_MOST_CHARS: Final = 2000

OfTable = Annotated[Of, Query(alias="of", description="What is filtered.")]
FilterText = Annotated[str, Query(max_length=_MOST_CHARS, description="The filter, as far as it is written.")]


@router.get("/fields", response_model=FilterFields, responses=ERRORS)
def list_fields(ask: Asking, of: OfTable = "traces") -> Response:
    """Every field of the filter language, the most useful first."""
    return ask.json(lambda: {"of": of, "fields": [_field_value(field) for field in FIELDS[of]]})


@router.get("/complete", response_model=CompletionResponse, responses=ERRORS)
def complete_filter(
    ask: Asking,
    text: FilterText = "",
    cursor: Annotated[
        int | None, Query(ge=0, le=_MOST_CHARS, description="In characters from the beginning; the end where left out.")
    ] = None,
    of: OfTable = "traces",
) -> Response:
    """How a filter can go on where the cursor is: fields, operators, and values that the folder holds."""
    vocabulary = ask.workspace.vocabulary
    return ask.json(
        lambda: complete(
            text,
            len(text) if cursor is None else cursor,
            of=of,
            values=lambda field, key, holding: vocabulary.values(of, field, key, holding=holding),
            keys=vocabulary.keys,
        )
    )


@router.get("/check", response_model=FilterCheck, responses=ERRORS)
def check_filter(ask: Asking, text: FilterText = "", of: OfTable = "traces") -> Response:
    """Whether a filter can be used, the clauses that `and` joins, or what is wrong with it and where."""

    def make() -> dict[str, Any]:
        found = check(text, of=of)
        return {"valid": found.valid, "clauses": found.clauses, "problem": found.problem}

    return ask.json(make)


def _field_value(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type.value,
        "operators": field.operators,
        "values": field.words,
        "doc": field.doc,
    }
