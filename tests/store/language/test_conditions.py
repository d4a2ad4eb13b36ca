"""What filters find in a folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

import pyflare
from pyflare.errors import FilterError, QueryError
from pyflare.store.language import compile_filter, show
from pyflare.store.language.nodes import Node
from pyflare.workspace import Workspace
from tests.store.language.test_parser import TREES
from tests.store.records import SECOND_NS, T0_NS, row, write_journal
from tests.workspace.folders import write_folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = write_folder(tmp_path_factory.mktemp("filters") / ".pyflare")
    write_journal(
        root,
        [
            row(
                "scores",
                score_id=id,
                timestamp=T0_NS + at,
                name=name,
                value=value,
                label=label,
                source="user",
                **target,
            )
            for id, at, name, value, label, target in (
                ("c", 10, "stars", 2.0, None, {"trace_id": f"{2:032x}"}),
                ("d", 20, "stars", 5.0, "great", {"trace_id": f"{2:032x}"}),
                ("e", 30, "stars", 4.0, None, {"trace_id": f"{4:032x}"}),
                ("f", 40, "stars", None, None, {"trace_id": f"{4:032x}"}),
                ("g", 50, "clear", None, "yes", {"trace_id": f"{1:032x}", "span_id": f"{12:016x}"}),
            )
        ],
    )
    with pyflare.open(root, compact=False) as opened:
        yield opened


def _traces(workspace: Workspace, where: str) -> set[int]:
    return {int(row["trace_id"], 16) for row in workspace.traces(where=where, limit=None)}


def _spans(workspace: Workspace, where: str) -> set[int]:
    return {int(row["span_id"], 16) for row in workspace.spans(where=where, limit=None, columns=["span_id"])}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("", {1, 2, 3, 4, 5}),
        ("model = gpt-4o", {1, 3}),
        ("model != gpt-4o", {2, 4, 5}),
        ("model in (gpt-4o, small)", {1, 2, 3, 4}),
        ("model ~ GPT", {1, 3}),
        ("model is missing", {5}),
        ("user = ann and not model = gpt-4o", {5}),
        ("user = ann or status = error", {1, 2, 3, 5}),
        ("status = ERROR", {2}),
        ("state = died or state = running", {5}),
        ("latency > 200ms", {3, 4}),
        ("latency >= 0.2s", {2, 3, 4}),
        ("latency is missing", {5}),
        ("cost > $0.002", {3, 4}),
        ("cost = 0.003", {3}),
        ("not cost > $0.002", {1, 2, 5}),
        ("tokens >= 44", {4}),
        ("tokens > 0.03k", {3, 4}),
        ("input_tokens = 20", {2}),
        ("tag = beta", {1, 3}),
        ("tag != beta", {2, 4, 5}),
        ("tag ~ BET", {1, 3}),
        ("tag exists", {1, 3}),
        ("kind = retriever", {1, 2, 3, 4}),
        ("kind != retriever", {5}),
        ("span = attach", {4}),
        ("name = answer and span ~ LOOK", {1, 2, 3, 4}),
        ("provider = openai", {1, 2, 3, 4}),
        ("error = error", {2}),
        ("errors > 0", {2}),
        ("span_count = 4", {4}),
        ("attributes.tier = gold", {3, 4}),
        ("attributes.tier != gold", {1, 2, 5}),
        ("attributes.k >= 3", {3, 4}),
        ("attributes.k = 3.0", {3}),
        ('attributes.k = "3.0"', set()),
        ("attributes.k in (1, 4)", {1, 4}),
        ("attributes.exact = true", {3}),
        ("attributes.none exists", set()),
        ("quotes", {2}),
        ('"“QUOTES” and \\\\ SLASHES"', {2}),
        ("hello quotes", set()),
        ("hello done", {1, 3, 4}),
        ("hello output ~ done user = bob", {4}),
        ("hello needle not model = gpt-4o", {4}),
        ("done and done and (hello or quotes)", {1, 2, 3, 4}),
        ("hello or quotes", {1, 2, 3, 4}),
        ("input ~ needle", {4}),
        ("output ~ done and user = bob", {2, 4}),
        ("text !~ hello", {2, 5}),
        ("score.helpful > 0.5", {1}),
        ("score.helpful = 0", {3}),
        ("score.helpful exists", {1, 3}),
        ("score.stars > 4", {2}),
        ("score.stars = great", {2}),
        ("score.stars exists", {2}),
        ("score.clear = yes", {1}),
        (f"trace_id = {3:032x}", {3}),
        (f"{3:032x}", {3}),
        (f"{12:016x}", {1}),
        ("started >= 2020-01-01", {1, 2, 3, 4, 5}),
        ("started < 2020-01-01T00:00:00Z", set()),
        ("service exists", {1, 2, 3, 4, 5}),
        ('resource."no/such" exists', set()),
    ],
)
def test_filters_of_traces(workspace: Workspace, where: str, found: set[int]) -> None:
    """A trace is found by its own columns, and by those of any of its spans."""
    assert _traces(workspace, where) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("model = gpt-4o", {12, 32}),
        ("kind = llm and model != gpt-4o", {22, 42}),
        ("kind != llm and user = bob", {20, 21, 40, 41}),
        ("span = attach", {49}),
        ("latency < 50ms", {11, 21, 31, 41}),
        ("tokens >= 33", {32, 42}),
        ("error exists", {20, 22}),
        ("attributes.tier = gold", {31, 41}),
        ("score.clear = yes", {12}),
        ("score.clear is missing and model = gpt-4o", {32}),
        ("needle", {49}),
        (f"span_id = {12:016x}", {12}),
        (f"{12:016x}", {12}),
        ("parent is missing and user = ann", {10, 30, 50}),
    ],
)
def test_filters_of_spans(workspace: Workspace, where: str, found: set[int]) -> None:
    """A span is found by what it holds itself."""
    spans = _spans(workspace, where)
    assert spans == found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES)
def test_whatever_compiles_runs_and_splits_in_two(workspace: Workspace, tree: Node) -> None:
    """SQL made of any filter runs; a filter and its negation share no row and leave none out."""
    text = show(tree)
    for of, rows in (("traces", workspace.traces), ("spans", workspace.spans)):
        try:
            met = len(rows(where=text, limit=None))
        except FilterError:
            continue
        assert met + len(rows(where=f"not ({text})", limit=None)) == len(rows(limit=None)), of


def test_values_are_parameters() -> None:
    """What is written in a filter never becomes SQL."""
    evil = '"x\' OR 1=1 --"'
    for where in (
        f"model = {evil}",
        f"attributes.{evil} = {evil}",
        f"score.{evil} ~ {evil}",
        f"tag in ({evil}, {evil})",
    ):
        condition = compile_filter(where, of="traces", now_ns=0, find_payloads=lambda _: ())
        assert "1=1" not in condition.sql
        assert condition.sql.count("?") == len(condition.parameters)


def test_a_filter_goes_together_with_the_others(workspace: Workspace) -> None:
    """`where` is one filter among others, of lists and of streams; all must hold."""
    assert {row["user_id"] for row in workspace.traces(where="model = gpt-4o or user = bob", user="ann")} == {"ann"}
    with workspace.stream("spans", where="kind = llm", columns=["span_id"]) as reader:
        assert sum(batch.num_rows for batch in reader) == 4
    with pytest.raises(QueryError, match='predictions has no filter "where"'):
        workspace.stream("predictions", where="model = x").__enter__()
    with pytest.raises(QueryError, match="where: expected a text in the filter language, got int"):
        workspace.traces(where=3)  # type: ignore[arg-type]


def test_older_spans_are_not_looked_at_where_traces_begin_later(workspace: Workspace) -> None:
    """With the earliest start of traces known, the condition leaves older spans out."""
    condition = compile_filter(
        "kind = llm", of="traces", now_ns=0, find_payloads=lambda _: (), spans_since_ns=T0_NS + 3 * SECOND_NS
    )
    rows = workspace.sql(f"SELECT trace_id FROM traces WHERE {condition.sql}", condition.parameters)
    assert {int(id, 16) for id in rows["trace_id"].to_pylist()} == {3, 4}
