"""Filters as SQL."""

from __future__ import annotations

import json
import re

import pytest

from pyflare.errors import DataError, QueryError
from pyflare.schema.tables import TABLES
from pyflare.store.filters import FILTERS, filters_of, order_by, text_pattern, where


def test_filters_that_are_none_do_not_count() -> None:
    """A condition without filters holds for every row."""
    assert where("spans", {}, now_ns=0).sql == "true"
    assert where("spans", {"model": None, "text": None}, now_ns=0).parameters == ()


def test_values_are_parameters() -> None:
    """What a user writes never becomes SQL."""
    evil = "x' OR 1=1 --"
    for table in TABLES:
        for name in filters_of(table):
            value = {evil: evil} if name in {"attributes", "features"} else evil
            try:
                condition = where(table, {name: value}, now_ns=0)
            except (QueryError, DataError):
                continue
            assert "1=1" not in condition.sql
            assert condition.sql.count("?") == len(condition.parameters)


def test_several_filters_all_hold() -> None:
    """Filters are joined by AND, the values of one by OR."""
    condition = where("spans", {"model": ["a", "b"], "user": "u"}, now_ns=0)
    assert condition.sql == "true AND model_id IN (?, ?) AND user_id IN (?)"
    assert condition.parameters == ("a", "b", "u")


@pytest.mark.parametrize("table", FILTERS)
def test_an_unknown_filter_says_which_are_known(table: str) -> None:
    """A filter that is mistyped is an error, never a filter that lets everything through."""
    with pytest.raises(QueryError, match=r'has no filter "sinec"; it has since, until.* did you mean "since"\?'):
        where(table, {"sinec": "2h"}, now_ns=0)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"status": "err"}, "status: expected ok, error, unset; got 'err'. Hint: did you mean \"error\"?"),
        ({"state": ["ended", "dead"]}, "state: expected ended, running, died; got 'dead'"),
        ({"model": 3}, "model: expected text or a list of texts, got int"),
        ({"min_duration_s": "2"}, "min_duration_s: expected a number, got '2'"),
        ({"min_duration_s": True}, "min_duration_s: expected a number, got True"),
        ({"attributes": "tier"}, "attributes: expected a mapping"),
        ({"attributes": {"tier": [1]}}, "tier: expected text, a number, a bool or None"),
        ({"text": ""}, "text: expected a text to look for, got ''"),
    ],
)
def test_a_value_that_does_not_fit(filters: dict[str, object], said: str) -> None:
    """A value that a filter cannot take is named, with what would be taken."""
    with pytest.raises(QueryError, match=re.escape(said)):
        where("spans", filters, now_ns=0)


def test_order() -> None:
    """A minus stands for descending, and what is not known comes last."""
    assert order_by("spans", "-total_tokens") == '"total_tokens" DESC NULLS LAST'
    assert order_by("spans", "duration_ns") == '"duration_ns" ASC NULLS LAST'
    with pytest.raises(QueryError, match=r'did you mean "duration_ns"\?'):
        order_by("spans", "-duration")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Hello", '{"q":"well HELLO there"}'),
        ('say "hi"', '"they say \\"hi\\""'),
        ("a.b*c(d)[e]{f}^$|\\", '"A.B*C(D)[E]{F}^$|\\\\"'),
        ("zwei\nZeilen", '"zwei\\nzeilen"'),
        ("snake_case 50%", '"Snake_Case 50%"'),
        ("straße 漢字 ñ", '"STRASSE STRAße 漢字 Ñ"'),
        ("“quotes” – ¿dashes?", '"“QUOTES” – ¿DASHES?"'),
        ("".join(map(chr, range(32, 127))), json.dumps("".join(map(chr, range(32, 127))))),
        ("it's", '"it\'s"'),
    ],
)
def test_text_is_found_as_json_writes_it(text: str, stored: str) -> None:
    """Any text is found in JSON that holds it, whatever the case, and nothing in it is a pattern."""
    import duckdb

    with duckdb.connect() as connection:
        found = connection.execute("SELECT regexp_matches(?, ?)", [stored, text_pattern(text)]).fetchall()
        other = connection.execute("SELECT regexp_matches('\"xyz\"', ?)", [text_pattern(text)]).fetchall()
    assert (found, other) == ([(True,)], [(False,)])
