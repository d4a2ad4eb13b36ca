"""The filter language."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pyflare.server.api.schemas.base import Model


class FieldInfo(Model):
    """A field of the filter language."""

    name: str
    label: str
    type: Literal["text", "number", "duration", "money", "time", "word", "list", "json"]
    operators: list[str]
    values: list[str] = Field(description="All there are, where they are few and known.")
    doc: str


class FilterFields(Model):
    """All fields, by what is filtered."""

    of: Literal["traces", "spans"]
    fields: list[FieldInfo]


class Completion(Model):
    """One way to go on."""

    label: str
    insert: str
    kind: Literal["field", "operator", "value", "keyword", "attribute"]
    detail: str | None = None


class CompletionResponse(Model):
    """Ways to go on at the cursor; each replaces the text from `start` to `end`."""

    start: int
    end: int
    completions: list[Completion]


class FilterClause(Model):
    """A part of a filter joined by `and` on the outermost level, for showing it as a chip."""

    text: str
    start: int
    end: int


class FilterProblem(Model):
    """What is wrong with a filter."""

    message: str
    hint: str | None
    start: int
    end: int
    suggestion: str | None = Field(description="The whole filter with what was probably meant.")


class FilterCheck(Model):
    """Whether a filter can be used."""

    valid: bool
    clauses: list[FilterClause]
    problem: FilterProblem | None
