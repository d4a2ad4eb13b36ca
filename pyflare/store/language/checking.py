"""Whether a filter can be used, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from pyflare.errors import FilterError
from pyflare.store.filters import no_payloads
from pyflare.store.language.conditions import Compiler
from pyflare.store.language.fields import Of
from pyflare.store.language.nodes import And, Node
from pyflare.store.language.parser import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of a filter that is joined by `and` on the outermost level."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a filter."""

    message: str
    hint: str | None
    start: int
    end: int
    suggestion: str | None
    """The whole filter with what was probably meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A filter that was checked: its clauses, or its first problem."""

    clauses: tuple[Clause, ...] = ()
    problem: Problem | None = None

    @property
    def valid(self) -> bool:
        """Whether it can be used."""
        return self.problem is None


def check(text: str, *, of: Of) -> CheckResult:
    """Say whether a filter can be used, without using it. Raises nothing.

    Args:
        text: The filter.
        of: What it is to filter.
    """
    try:
        node = parse(text, of=of)
        if node is None:
            return CheckResult()
        Compiler(of=of, text=text, now_ns=0, find_payloads=no_payloads).condition(node)
    except FilterError as error:
        return CheckResult(problem=_problem(text, error))
    return CheckResult(clauses=tuple(_clause(text, part) for part in _parts(node)))


def _parts(node: Node) -> tuple[Node, ...]:
    return node.operands if isinstance(node, And) else (node,)


def _clause(text: str, node: Node) -> Clause:
    return Clause(text=text[node.start : node.end], start=node.start, end=node.end)


def _problem(text: str, error: FilterError) -> Problem:
    suggestion = None
    if error.instead is not None:
        suggestion = f"{text[: error.start]}{error.instead}{text[error.end :]}"
    return Problem(message=error.problem, hint=error.hint, start=error.start, end=error.end, suggestion=suggestion)
