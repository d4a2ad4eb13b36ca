"""Numbers over many traces, compared with the same numbers worked out row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyflare
from pyflare.errors import FilterError, QueryError
from pyflare.store.journal.writer import prepare_folder
from pyflare.workspace import Workspace
from pyflare.workspace.aggregates.breakdown import read_breakdown
from pyflare.workspace.aggregates.cost_detail import read_attribution
from pyflare.workspace.aggregates.costs import read_cost_breakdown, read_costs
from pyflare.workspace.aggregates.dimensions import DIMENSIONS
from pyflare.workspace.aggregates.facets import USUAL, read_facets
from pyflare.workspace.aggregates.histogram import read_histogram
from pyflare.workspace.aggregates.measures import METRICS
from pyflare.workspace.aggregates.ranges import Range, grid_of, range_of
from pyflare.workspace.aggregates.series import read_series
from pyflare.workspace.aggregates.totals import read_totals
from pyflare.workspace.scope import Scope
from tests.store.records import SECOND_NS, T0_NS, open_journal, start
from tests.workspace.traffic import TRACES, write_traffic

NOW_NS = T0_NS + 4000 * SECOND_NS
ALL = Scope(now_ns=NOW_NS)
FILTERS = ["", "model = gpt-4o", "status = error and not tag = beta", "tool = search or user is missing"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pyflare.open(write_traffic(tmp_path_factory.mktemp("traffic") / ".pyflare"), compact=False) as opened:
        yield opened


def _traces(workspace: Workspace, scope: Scope = ALL) -> list[dict[str, Any]]:
    met = scope.condition(workspace.engine, "traces")
    query = f"SELECT *, epoch_ns(start_time) AS start_ns FROM traces WHERE {met.sql}"
    return workspace.sql(query, met.parameters).to_pylist()


def _calls(workspace: Workspace, scope: Scope = ALL) -> list[dict[str, Any]]:
    """The spans of those traces, each once, with what it used where no span below repeats it."""
    ids = {row["trace_id"] for row in _traces(workspace, scope)}
    query = "SELECT *, epoch_ns(start_time) AS start_ns FROM spans"
    return [row for row in workspace.sql(query).to_pylist() if row["trace_id"] in ids]


def _sum(rows: list[dict[str, Any]], column: str) -> int | None:
    found = [row[column] for row in rows if row[column] is not None and not row.get("usage_repeated")]
    return sum(found) if found else None


def _usd(micros: int | None) -> float | None:
    return None if micros is None else micros / 1e6


def _quantile_ms(rows: list[dict[str, Any]], quantile: float) -> float | None:
    found = [row["duration_ns"] for row in rows if row["duration_ns"] is not None]
    return float(np.quantile(found, quantile)) / 1e6 if found else None


def _expected(traces: list[dict[str, Any]], calls: list[dict[str, Any]]) -> dict[str, float | None]:
    errors = sum(row["status_code"] == "error" for row in traces)
    return {
        "requests": len(traces),
        "errors": errors,
        "error_rate": errors / len(traces) if traces else None,
        "latency_p50_ms": _quantile_ms(traces, 0.5),
        "latency_p95_ms": _quantile_ms(traces, 0.95),
        "latency_p99_ms": _quantile_ms(traces, 0.99),
        "input_tokens": _sum(calls, "input_tokens"),
        "output_tokens": _sum(calls, "output_tokens"),
        "cache_read_tokens": _sum(calls, "cache_read_tokens"),
        "cost_usd": _usd(_sum(calls, "cost_micros")),
        "users": len({row["user_id"] for row in traces} - {None}),
        "sessions": len({row["session_id"] for row in traces} - {None}),
    }


@pytest.mark.parametrize("filter", FILTERS)
def test_totals_are_those_of_the_rows(workspace: Workspace, filter: str) -> None:
    """Every metric is what adding up the rows gives, each call once."""
    scope = Scope(now_ns=NOW_NS, filter=filter)
    found = read_totals(workspace.engine, scope)
    calls = _calls(workspace, scope)
    expected = _expected(_traces(workspace, scope), calls)
    assert {name: found.values[name] for name in METRICS} == pytest.approx(expected)
    unpriced = [
        row for row in calls if row["cost_micros"] is None and row["input_tokens"] and not row["usage_repeated"]
    ]
    assert found.unpriced_calls == len(unpriced)
    assert any(row["usage_repeated"] for row in calls)


def test_totals_come_with_those_of_the_time_before(workspace: Workspace) -> None:
    """The range before is as long, and ends where the range begins."""
    middle_ns = T0_NS + 1800 * SECOND_NS
    scope = Scope(now_ns=NOW_NS, since_ns=middle_ns, until_ns=middle_ns + 900 * SECOND_NS)
    found = read_totals(workspace.engine, scope)
    before = [row for row in _traces(workspace) if middle_ns - 900 * SECOND_NS <= row["start_ns"] < middle_ns]
    assert found.range.before == Range(start_ns=middle_ns - 900 * SECOND_NS, end_ns=middle_ns)
    assert found.previous["requests"] == len(before) == 15
    assert found.previous["latency_p95_ms"] == pytest.approx(_quantile_ms(before, 0.95))


def test_where_nothing_happened_counts_are_zero_and_the_rest_is_missing(workspace: Workspace) -> None:
    """A range without traces has no latency and no error rate, rather than zeros."""
    found = read_totals(workspace.engine, Scope(now_ns=NOW_NS, until_ns=T0_NS - 1, since_ns=T0_NS - SECOND_NS))
    assert found.values["requests"] == found.values["input_tokens"] == found.values["cost_usd"] == 0
    assert found.values["latency_p50_ms"] is found.values["error_rate"] is None


def test_costs_that_are_unknown_are_missing(workspace: Workspace) -> None:
    """Where no call has a price the cost is missing, not zero."""
    scope = Scope(now_ns=NOW_NS, models=("free model",))
    assert read_costs(workspace.engine, scope).total.cost_usd is None
    assert read_totals(workspace.engine, Scope(now_ns=NOW_NS, filter='model = "free model"')).values["cost_usd"] is None


@pytest.mark.parametrize("filter", FILTERS)
def test_series_add_up_to_the_totals(workspace: Workspace, filter: str) -> None:
    """Each trace counts in the bucket it began in; buckets without any are filled."""
    scope = Scope(now_ns=NOW_NS, filter=filter)
    found = read_series(workspace.engine, scope, METRICS, points=30)
    starts_ns = found.grid.starts_ns
    assert found.grid.bucket_s == 300
    assert all(start_ns % (300 * SECOND_NS) == 0 for start_ns in starts_ns)
    traces, calls = _traces(workspace, scope), _calls(workspace, scope)
    for position, start_ns in enumerate(starts_ns):
        inside = [row for row in traces if start_ns <= row["start_ns"] < start_ns + 300 * SECOND_NS]
        ids = {row["trace_id"] for row in inside}
        expected = _expected(inside, [row for row in calls if row["trace_id"] in ids])
        if not inside:
            expected |= dict.fromkeys(["input_tokens", "output_tokens", "cache_read_tokens", "cost_usd"], 0)
        assert {name: found.values[name][position] for name in METRICS} == pytest.approx(expected)
    assert sum(count or 0 for count in found.values["requests"]) == len(traces)


def test_a_series_measures_only_what_is_asked_for(workspace: Workspace) -> None:
    """Metrics come as they were asked for, each once."""
    found = read_series(workspace.engine, ALL, ["errors", "cache_read_tokens", "errors"], bucket_s=3600.0)
    assert [*found.values] == ["errors", "cache_read_tokens"]
    assert found.grid.count == len(found.values["errors"]) == 2


def test_a_histogram_counts_each_row_once(workspace: Workspace) -> None:
    """Running, failed and other rows are apart, and together all there are."""
    for of, rows in (("traces", _traces(workspace)), ("spans", _calls(workspace))):
        found = read_histogram(workspace.engine, ALL, of, points=10)
        assert found.total == len(rows)
        assert sum(found.error) == sum(row["status_code"] == "error" for row in rows)
        assert sum(found.running) == sum(row["state"] == "running" for row in rows)


def test_what_runs_is_counted_as_running(tmp_path: Path) -> None:
    """A trace whose root has not ended is neither an error nor ok, and has no latency."""
    root = tmp_path / ".pyflare"
    journal = open_journal(root)
    journal.write(start(1, 1, at_ns=T0_NS))
    with pyflare.open(root, compact=False) as workspace:
        found = read_histogram(workspace.engine, ALL, "traces")
        values = read_totals(workspace.engine, ALL).values
    journal.close()
    assert (sum(found.ok), sum(found.error), sum(found.running)) == (0, 0, 1)
    assert (values["requests"], values["latency_p50_ms"], values["cost_usd"]) == (1, None, None)


VALUES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "model": lambda row: row["model_id"],
    "service": lambda row: row["service_name"],
    "user": lambda row: row["user_id"],
    "session": lambda row: row["session_id"],
    "feature": lambda row: row["feature_id"],
    "environment": lambda row: row["environment"],
    "team": lambda row: row["team"],
    "operation": lambda row: row["operation_name"],
    "error": lambda row: row["error_type"] or ("error" if row["status_code"] == "error" else None),
    "provider": lambda row: row["provider"],
    "tool": lambda row: row["operation_name"] if row["inference_type"] == "tool" else None,
    "kind": lambda row: row["inference_type"],
}


@pytest.mark.parametrize("dimension", VALUES)
@pytest.mark.parametrize("filter", FILTERS[:2])
def test_breakdowns_are_those_of_the_rows(workspace: Workspace, dimension: Any, filter: str) -> None:
    """Every value has the numbers of its traces, or of its calls where it belongs to a span."""
    scope = Scope(now_ns=NOW_NS, filter=filter)
    by = DIMENSIONS[dimension]
    rows = _traces(workspace, scope) if by.of == "traces" else _calls(workspace, scope)
    groups = defaultdict(list)
    for row in rows:
        value = VALUES[dimension](row)
        repeats = dimension in ("model", "provider") and row["usage_repeated"]
        if (by.has_missing or value is not None) and not repeats:
            groups[value].append(row)
    found = read_breakdown(workspace.engine, scope, dimension, limit=1000)
    assert {row.value: row.requests for row in found.values} == {value: len(rows) for value, rows in groups.items()}
    assert [row.requests for row in found.values] == sorted((len(rows) for rows in groups.values()), reverse=True)
    for row in found.values:
        rows = groups[row.value]
        assert row.latency_p95_ms == pytest.approx(_quantile_ms(rows, 0.95))
        assert row.cost_usd == pytest.approx(_usd(_sum(rows, "cost_micros")))
        assert row.input_tokens == _sum(rows, "input_tokens")
        assert row.last_seen_ns == max(each["start_ns"] for each in rows)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_values_filter_finds_its_traces(workspace: Workspace, dimension: Any) -> None:
    """The filter beside a value of a trace's own finds as many traces; beside a span's, those that have it."""
    for row in read_breakdown(workspace.engine, ALL, dimension, limit=1000).values:
        met = len(workspace.traces(where=row.filter, limit=None))
        assert met == row.requests if DIMENSIONS[dimension].of == "traces" else 0 < met <= row.requests


def test_a_breakdown_says_what_it_leaves_out(workspace: Workspace) -> None:
    """Beyond the limit values are counted, and the order is the one asked for, missing numbers last."""
    found = read_breakdown(workspace.engine, ALL, "session", limit=5)
    assert (len(found.values), found.others) == (5, 21 - 5)
    by_cost = [row.cost_usd for row in read_breakdown(workspace.engine, ALL, "model", order="cost_usd").values]
    assert by_cost == [*sorted((cost for cost in by_cost if cost is not None), reverse=True), None]


def test_tags_count_once_each(workspace: Workspace) -> None:
    """A trace with two tags counts for both."""
    found = read_breakdown(workspace.engine, ALL, "tag")
    expected = Counter(tag for row in _traces(workspace) for tag in row["tags"] or ())
    assert {row.value: row.requests for row in found.values} == expected


@pytest.mark.parametrize("of", ["traces", "spans"])
@pytest.mark.parametrize("filter", FILTERS)
def test_facets_count_what_their_filter_finds(workspace: Workspace, of: Any, filter: str) -> None:
    """The count beside a value is how many rows meet both its filter and that of the scope."""
    scope = Scope(now_ns=NOW_NS, filter=filter)
    fields = [*USUAL[of], "attributes.tier", "kind"]
    found = read_facets(workspace.engine, scope, of, fields=fields, limit=100)
    rows = workspace.traces if of == "traces" else workspace.spans
    assert found.total == len(rows(where=filter, limit=None))
    assert [facet.field for facet in found.facets] == fields
    for facet in found.facets:
        assert facet.distinct == len(facet.values)
        for value in facet.values:
            both = f"({filter}) and {value.filter}" if filter else value.filter
            assert value.count == len(rows(where=both, limit=None)), both


def test_facets_refuse_what_cannot_be_counted(workspace: Workspace) -> None:
    """Fields of numbers, unknown ones and keyed ones without a key are errors."""
    for field, said in (("latency", "expected a field whose values are words"), ("modle", 'did you mean "model"')):
        with pytest.raises(QueryError, match=said):
            read_facets(workspace.engine, ALL, "traces", fields=[field])
    with pytest.raises(QueryError, match=r"expected a key after it"):
        read_facets(workspace.engine, ALL, "traces", fields=["attributes"])


def test_costs_add_up_to_the_totals(workspace: Workspace) -> None:
    """Periods, groups and shares are parts of one sum, which is that of the totals."""
    costs = read_costs(workspace.engine, ALL, group_by=["model_id", "day"])
    totals = read_totals(workspace.engine, ALL)
    assert costs.total.cost_usd == pytest.approx(totals.values["cost_usd"])
    assert costs.total.input_tokens == totals.values["input_tokens"]
    assert costs.total.unpriced == totals.unpriced_calls > 0
    assert costs.total.requests == TRACES
    for parts in (costs.periods, costs.groups):
        assert sum(part.cost.cost_usd or 0 for part in parts) == pytest.approx(costs.total.cost_usd)
        assert sum(part.cost.requests for part in parts) == costs.total.requests
    assert costs.total.average_usd == pytest.approx(
        (costs.total.cost_usd or 0) / (costs.total.requests - costs.total.unpriced)
    )
    shares = read_cost_breakdown(workspace.engine, ALL, "user").shares
    assert sum(share.share or 0 for share in shares) == pytest.approx(1)
    cut = read_cost_breakdown(workspace.engine, ALL, "user", limit=2)
    assert [share.value for share in cut.shares] == [share.value for share in shares[:2]]
    assert cut.total == read_cost_breakdown(workspace.engine, ALL, "model").total


def test_costs_by_tag_count_a_call_in_each_and_once_in_all(workspace: Workspace) -> None:
    """Calls with several tags are in each of them; the total is that of every other dimension."""
    by_tag = read_cost_breakdown(workspace.engine, ALL, "tag", limit=100)
    by_tenant = read_cost_breakdown(workspace.engine, ALL, "tenant")
    attributed = read_attribution(workspace.engine, ALL, "tag")
    assert {share.value: (share.cost.requests, share.cost.cost_micros) for share in by_tag.shares} == {
        line.value: (line.calls, line.cost_micros) for line in attributed.lines
    }
    assert by_tag.total == by_tenant.total
    assert sum(share.cost.unpriced for share in by_tenant.shares) == by_tenant.total.unpriced > 0


def test_costs_of_one_model_are_of_its_calls_alone(workspace: Workspace) -> None:
    """Asked for one model, other calls of the same traces do not count."""
    costs = read_costs(workspace.engine, Scope(now_ns=NOW_NS, models=("gpt-4o",)), group_by=["model_id"])
    assert [group.key for group in costs.groups] == [{"model_id": "gpt-4o"}]
    assert costs.groups[0].cost == costs.total


def test_a_bad_filter_is_an_error_everywhere(workspace: Workspace) -> None:
    """No number is given for a filter that cannot be read."""
    scope = Scope(now_ns=NOW_NS, filter="modle = x")
    engine = workspace.engine
    for read in (
        lambda: read_totals(engine, scope),
        lambda: read_series(engine, scope, ["requests"]),
        lambda: read_histogram(engine, scope, "spans"),
        lambda: read_breakdown(engine, scope, "model"),
        lambda: read_facets(engine, scope, "traces"),
        lambda: read_costs(engine, scope),
    ):
        with pytest.raises(FilterError, match='did you mean "model"'):
            read()


def test_an_empty_folder_has_numbers_too(tmp_path: Path) -> None:
    """Where nothing was ever written, everything is empty and nothing fails."""
    prepare_folder(tmp_path)
    with pyflare.open(tmp_path, compact=False) as workspace:
        engine = workspace.engine
        assert read_totals(engine, ALL).values["requests"] == 0
        assert read_series(engine, ALL, METRICS).grid.count == 0
        assert read_histogram(engine, ALL, "traces").total == 0
        assert read_breakdown(engine, ALL, "model").values == []
        assert read_facets(engine, ALL, "traces").total == 0
        assert read_costs(engine, ALL, group_by=["day"]).groups == []
        assert read_cost_breakdown(engine, ALL, "model").shares == []


@pytest.mark.parametrize(
    ("length_s", "points", "bucket_s", "count"),
    [
        (60, 60, 1, 60),
        (61, 60, 5, 13),
        (3600, 60, 60, 60),
        (86_400, 60, 1800, 48),
        (86_400 * 30, 60, 43_200, 60),
        (86_400 * 365, 60, 86_400 * 7, 53),
        (1, 1, 1, 1),
    ],
)
def test_buckets_are_as_narrow_as_points_allow(length_s: int, points: int, bucket_s: int, count: int) -> None:
    """Widths are those people read, and no more buckets than asked for cover the range."""
    start_ns = 1_790_035_200 * SECOND_NS  # a midnight
    grid = grid_of(Range(start_ns=start_ns, end_ns=start_ns + length_s * SECOND_NS), points=points)
    assert grid.bucket_s == bucket_s
    assert abs(grid.count - count) <= 1
    assert grid.count <= points
    assert grid.first_ns <= start_ns < grid.first_ns + grid.step_ns
    assert grid.starts_ns[-1] < grid.range.end_ns <= grid.starts_ns[-1] + grid.step_ns


def test_too_many_buckets_are_refused() -> None:
    """A width that would make thousands of buckets is an error that says a better one."""
    with pytest.raises(QueryError, match=r"at most 2,000 buckets; 1\.0 s would make 86,400\. Hint: 43 s"):
        grid_of(Range(start_ns=0, end_ns=86_400 * SECOND_NS), bucket_s=1.0)


def test_ranges_go_to_now_where_they_have_a_beginning_only(workspace: Workspace) -> None:
    """Without bounds a range is as long as the data; with a beginning alone it goes on until now."""
    last_ns = T0_NS + 3600 * SECOND_NS
    assert range_of(workspace.engine, ALL).end_ns == last_ns + 1
    assert range_of(workspace.engine, Scope(now_ns=NOW_NS, since_ns=T0_NS)).end_ns == NOW_NS
    assert range_of(workspace.engine, Scope(now_ns=0, since_ns=T0_NS)).end_ns == last_ns + 1
    assert range_of(workspace.engine, Scope(now_ns=NOW_NS, since_ns=-(1 << 63), until_ns=1 << 70)).start_ns == 0
    assert range_of(workspace.engine, Scope(now_ns=0, until_ns=T0_NS - 5)) == Range(
        start_ns=T0_NS - 5, end_ns=T0_NS - 5
    )
