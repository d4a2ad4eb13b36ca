"""How a filter can go on while it is typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.store.language import Field, check, complete


def _values(field: Field, key: str | None, _: str) -> Iterator[tuple[str, int]]:
    if field.name == "model":
        yield from [("gpt-4o", 1200), ("claude haiku", 3)]
    if key == "customer.tier":
        yield "gold", 7


def _keys(field: Field) -> Iterator[tuple[str, int]]:
    yield from [("helpful", 3)] if field.name == "score" else [("customer.tier", 5), ("a b", 2)]


def _complete(text: str, cursor: int | None = None) -> tuple[str, list[str]]:
    """What is replaced, and what by."""
    found = complete(text, len(text) if cursor is None else cursor, of="traces", values=_values, keys=_keys)
    return text[found.start : found.end], [completion.insert for completion in found.completions]


@pytest.mark.parametrize(
    ("text", "replaced", "first"),
    [
        ("", "", ["model ", "service ", "status "]),
        ("mod", "mod", ["model ", "model_version "]),
        ("modle", "modle", ["model "]),
        ("env", "env", ["environment "]),
        ("model ", "", ["= ", "!= ", "~ ", "!~ ", "in ("]),
        ("latency ", "", ["> ", ">= ", "< ", "<= "]),
        ("model = ", "", ["gpt-4o ", '"claude haiku" ']),
        ("model = cl", "cl", ['"claude haiku" ']),
        ('model = "claude h', '"claude h', ['"claude haiku" ']),
        ("model in (", "", ["gpt-4o "]),
        ("model in (gpt-4o, ", "", ["gpt-4o "]),
        ("model in (gpt-4o ", "", [", ", ") "]),
        ("model not ", "", ["in ", "exists "]),
        ("model is ", "", ["missing ", "not "]),
        ("model = gpt-4o ", "", ["and ", "or "]),
        ("model = gpt-4o a", "a", ["and ", "agent "]),
        ("(sta", "sta", ["status ", "state "]),
        ("not ", "", ["model "]),
        ("status = ", "", ["ok ", "error ", "unset "]),
        ("latency > 2", "2", ["2s ", "2ms "]),
        ("latency > ", "", ["1s "]),
        ("started > ", "", ["15m "]),
        ("attributes.", "attributes.", ["attributes.customer.tier ", 'attributes."a b" ']),
        ('attr."a', 'attr."a', ['attributes."a b" ']),
        ("attributes.customer.tier ", "", ["= "]),
        ("attributes.customer.tier = g", "g", ["gold "]),
        ("score.", "score.", ["score.helpful "]),
    ],
)
def test_what_can_follow(text: str, replaced: str, first: list[str]) -> None:
    """Fields, operators, values of the data, words that join: whatever the place asks for."""
    found, inserts = _complete(text)
    assert found == replaced
    assert inserts[: len(first)] == first


def test_the_word_under_the_cursor_is_replaced() -> None:
    """In the middle of a filter the whole word goes, and what follows stays."""
    assert _complete("mod = gpt-4o", 2) == ("mod", ["model ", "model_version "])


@given(st.text("model =<~in(),attr.\"' and", max_size=40), st.integers(0, 40))
def test_completing_never_fails(text: str, cursor: int) -> None:
    """Any text and any cursor have an answer, within the text."""
    found = complete(text, cursor, of="spans", values=_values, keys=_keys)
    assert 0 <= found.start <= found.end <= len(text)


@given(st.lists(st.integers(0, 60), max_size=12))
def test_following_proposals_makes_a_filter(choices: list[int]) -> None:
    """Whoever only ever takes proposals, and ends after a condition, has written a filter that can be used."""
    text = ""
    for choice in choices:
        found = complete(text, len(text), of="traces", values=_values, keys=_keys)
        if not found.completions:
            break
        chosen = found.completions[choice % len(found.completions)]
        text = f"{text[: found.start]}{chosen.insert}{text[found.end :]}"
    problem = check(text, of="traces").problem
    assert problem is None or problem.end == len(text.rstrip()) or "expected" in problem.message
