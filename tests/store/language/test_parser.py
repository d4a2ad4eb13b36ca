"""The filter language as text and as a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.errors import FilterError, QueryError
from pyflare.store.language import FIELDS, check, normalised, parse, show
from pyflare.store.language.nodes import And, Comparison, Name, Node, Not, Or, Text, Value
from pyflare.store.language.tokens import is_bare

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NAMES = st.sampled_from(
    [
        *(Name(field.name) for field in FIELDS["traces"] if not field.is_keyed),
        Name("attributes", "customer.tier"),
        Name("attributes", 'a "b" \\'),
        Name("score", "helpful"),
    ]
)


def _value(text: str, is_quoted: bool) -> Value:
    return Value(text, is_quoted or not is_bare(text))


VALUES = st.builds(_value, TEXTS, st.booleans())
COMPARISONS = st.one_of(
    st.builds(
        lambda name, operator, value: Comparison(name, operator, (value,)),
        NAMES,
        st.sampled_from(["=", "!=", "~", "!~", ">", ">=", "<", "<="]),
        VALUES,
    ),
    st.builds(
        lambda name, operator, values: Comparison(name, operator, tuple(values)),
        NAMES,
        st.sampled_from(["in", "not in"]),
        st.lists(VALUES, min_size=1, max_size=3),
    ),
    st.builds(Comparison, NAMES, st.sampled_from(["exists", "is missing"])),
)
LEAVES = st.one_of(COMPARISONS, st.builds(lambda text: Text(Value(text, True)), TEXTS))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda nodes: And(tuple(nodes)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda nodes: Or(tuple(nodes)), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_what_is_written_reads_as_the_same(tree: Node) -> None:
    """A tree that is written as text and read again is the same tree."""
    assert parse(show(tree), of="traces") == tree


@given(st.one_of(st.text(max_size=80), st.text("()\"'=!~<>, andortisx.:$\\\n", max_size=60)))
def test_any_text_is_a_filter_or_an_error_with_a_place(text: str) -> None:
    """No text makes anything but a tree or a FilterError that points into the text."""
    for of in ("traces", "spans"):
        found = check(text, of=of)
        if found.problem is not None:
            assert 0 <= found.problem.start <= found.problem.end <= len(text)
        else:
            assert all(clause.text == text[clause.start : clause.end] for clause in found.clauses)


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("", ""),
        ("model=gpt-4o", "model = gpt-4o"),
        ("MODEL_ID == gpt-4o", "model = gpt-4o"),
        ("duration > 2s cost < $1", "latency > 2s and cost < $1"),
        ("a or b and not c", "a or b and not c"),
        ("(a or b) c", "(a or b) and c"),
        ("status in ( ok,error )", "status in (ok, error)"),
        ("user not exists", "user is missing"),
        ("user is not missing", "user exists"),
        ("user missing", "user is missing"),
        ("not user in (a)", "not user in (a)"),
        ('attr."a b" != 3', 'attributes."a b" != 3'),
        ("attributes.gen_ai.request.model = x", "attributes.gen_ai.request.model = x"),
        ("'it''s'", '"it" and "s"'),
        (r'"say \"hi\" C:\new"', r'"say \"hi\" C:\\new"'),
        ("example.com", "example.com"),
    ],
)
def test_one_meaning_is_written_in_one_way(text: str, plainly: str) -> None:
    """Other names, spaces, and `and` left out make no difference."""
    assert normalised(text, of="traces") == plainly


@pytest.mark.parametrize(
    ("text", "said", "place", "instead"),
    [
        ("modle = x", 'traces have no field "modle"', (0, 5), "model"),
        ("a and lateny > 2s", 'traces have no field "lateny"', (6, 12), "latency"),
        ("latency > 2", "expected a duration with its unit; got 2", (10, 11), "2s"),
        ("latency > soon", "expected a duration, such as 2s", (10, 14), None),
        ("status = eror", "status is ok, error or unset; got 'eror'", (9, 13), "error"),
        ("cost > a lot", "expected an amount of US dollars", (7, 8), None),
        ("started > never", "expected a time", (10, 15), None),
        ("tokens > many", "expected a number", (9, 13), None),
        ("score.helpful > very", "expected a number", (16, 20), None),
        ("model", "expected an operator after model", (0, 5), None),
        ("model and x", "expected an operator after model", (0, 5), None),
        ("model =", "expected a value after =", (6, 7), None),
        ("model = and x", "expected a value after =; got and", (8, 11), None),
        ("model in gpt", 'expected "(" after in', (9, 12), None),
        ("model in (a b)", 'expected "," or ")"', (12, 13), None),
        ("model is gpt", 'expected "missing"; got gpt', (9, 12), None),
        ("model > x", "model cannot be compared by >", (0, 9), None),
        ("text = x", "text cannot be compared by =", (0, 8), None),
        ("text ~ ''", "expected a text to look for", (7, 9), None),
        ("attributes = 3", "expected a key after attributes", (0, 10), None),
        ("(a or b", 'expected ")"', (0, 7), "(a or b)"),
        ("a)", "expected the end of the filter; got )", (1, 2), None),
        ("= 3", "expected a condition; got =", (0, 1), None),
        ("a or", "expected a condition after or", (2, 4), None),
        ('model = "gpt', 'expected a second " that ends', (8, 12), '"gpt"'),
        ("a ! b", "'!' has no meaning here", (2, 3), None),
        ("(" * 60 + "a", "at most 50 brackets", (50, 51), None),
        ("tool = a " * 51, "at most 50 conditions", (450, 454), None),
        ("a " * 11, "at most 10 texts to look for", (20, 21), None),
        ("a" * 10_001, "at most 10,000 characters", (10_000, 10_001), None),
        ("a \ud800", "half of a character", (2, 3), None),
    ],
)
def test_a_fault_says_where_and_what_instead(text: str, said: str, place: tuple[int, int], instead: str | None) -> None:
    """An error has the place in the text, and what was probably meant where that is clear."""
    problem = check(text, of="traces").problem
    assert problem is not None
    assert said in problem.message
    assert (problem.start, problem.end) == place
    expected = None if instead is None else text[: place[0]] + instead + text[place[1] :]
    assert problem.suggestion == expected
    assert expected is None or check(expected, of="traces").valid


def test_a_field_of_the_other_table_is_named() -> None:
    """Whoever asks spans for what only traces have is told so."""
    problem = check("span_count > 3", of="spans").problem
    assert problem is not None
    assert problem.hint == "it is a field of traces."


def test_an_error_is_also_a_query_error() -> None:
    """A filter that cannot be read is caught as other queries are, and says its place to programs."""
    with pytest.raises(QueryError, match=r'at character 1: spans have no field "modle"\. Hint: did you mean') as caught:
        parse("modle = 1", of="spans")
    assert isinstance(caught.value, FilterError)
    assert caught.value.details == {"start": 0, "end": 5, "instead": "model"}


def test_clauses_are_the_parts_joined_by_and() -> None:
    """A filter falls into what its outermost `and` joins, brackets included."""
    found = check("(a or b) and model = x user=3", of="traces")
    assert [clause.text for clause in found.clauses] == ["(a or b)", "model = x", "user=3"]
