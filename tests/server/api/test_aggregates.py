"""Numbers and filters over HTTP: every answer is what the OpenAPI document says."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from pydantic import BaseModel

from pyflare.server.api.schemas import aggregates, filters
from tests.server.api.serving import Served, serving
from tests.workspace.traffic import TRACES, write_traffic


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(write_traffic(tmp_path_factory.mktemp("traffic") / ".pyflare")) as opened:
        yield opened


@pytest.mark.parametrize("filter", ["", "model = gpt-4o and latency > 1s", 'nosuchtext or "quoted text"'])
@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/metrics", aggregates.MetricsResponse),
        ("/metrics?start_time=2026-09-21T00:00:00Z&end_time=2026-09-22T00:00:00Z", aggregates.MetricsResponse),
        ("/metrics/timeseries?metrics=requests&metrics=cost_usd&metrics=latency_p99_ms", aggregates.TimeseriesResponse),
        ("/metrics/timeseries?bucket_s=60&metrics=cache_read_tokens", aggregates.TimeseriesResponse),
        ("/histogram?of=spans&points=7", aggregates.HistogramResponse),
        ("/facets", aggregates.FacetsResponse),
        ("/facets?of=spans&field=kind&field=model&limit=2", aggregates.FacetsResponse),
        ("/breakdown?dimension=user&order_by=latency_p95_ms&limit=3", aggregates.BreakdownResponse),
        ("/models?order_by=last_seen", aggregates.BreakdownResponse),
        ("/services", aggregates.BreakdownResponse),
        ("/costs?group_by=model_id&group_by=hour", aggregates.CostSummary),
        ("/costs/breakdown?dimension=model", aggregates.CostBreakdown),
        ("/costs/breakdown?dimension=tenant", aggregates.CostBreakdown),
        ("/costs/breakdown?dimension=tag", aggregates.CostBreakdown),
    ],
)
def test_answers_are_what_the_document_says(served: Served, path: str, model: type[BaseModel], filter: str) -> None:
    """Every path answers with its model, whatever the filter finds."""
    joint = "&" if "?" in path else "?"
    model.model_validate(served.get(f"{path}{joint}filter={quote(filter)}"))


def test_totals_over_http(served: Served) -> None:
    """The number of requests is that of traces, the unfinished one included."""
    assert served.get("/metrics")["values"]["requests"] == TRACES + 1
    assert served.get("/histogram")["total"] == TRACES + 1


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "1700-01-01T00:00:00Z", "99999d"])
def test_ranges_may_be_as_long_as_anyone_writes(served: Served, start: str) -> None:
    """A beginning before all data, however long before, is no fault."""
    for path in ("/metrics", "/metrics/timeseries", "/histogram", "/costs"):
        for end in ("", "&end_time=9999-12-31T00:00:00Z"):
            served.get(f"{path}?start_time={start}{end}")


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("/metrics?filter=modle%20%3D%20x", "bad_filter", 'traces have no field "modle"'),
        ("/metrics/timeseries?bucket_s=0.001", "bad_query", "at most 2,000 buckets"),
        ("/metrics/timeseries?metrics=speed", "bad_request", "metrics"),
        ("/metrics/timeseries?points=0", "bad_request", "points"),
        ("/facets?field=latency", "bad_query", "values are words"),
        ("/breakdown", "bad_request", "dimension"),
        ("/breakdown?dimension=colour", "bad_request", "dimension"),
        ("/breakdown?dimension=model&order_by=users", "bad_request", "order_by"),
        ("/costs?start_time=yesterday", "bad_request", "start_time"),
        ("/costs/breakdown?dimension=colour", "bad_request", "dimension"),
        ("/filter/complete?cursor=-1", "bad_request", "cursor"),
    ],
)
def test_what_cannot_be_answered_is_an_error(served: Served, path: str, code: str, said: str) -> None:
    """Faults of the one who asks are errors of one shape, with status 400."""
    answer = served.ask("GET", path)
    assert answer.status == 400
    assert answer.json["error"]["code"] == code
    assert said in answer.json["error"]["message"]


def test_a_filter_that_is_wrong_says_where(served: Served) -> None:
    """An error about a filter has the place, what was probably meant, and a hint."""
    error = served.ask("GET", "/traces?filter=modle%20%3D%20x").json["error"]
    assert error["details"] == {"start": 0, "end": 5, "instead": "model"}
    assert error["hint"] == 'did you mean "model"?'


def test_filters_over_http(served: Served) -> None:
    """Fields, completions from the data, and checks are what the document says."""
    fields = filters.FilterFields.model_validate(served.get("/filter/fields?of=spans"))
    assert {"model", "kind", "attributes"} <= {field.name for field in fields.fields}
    check = filters.FilterCheck.model_validate(served.get("/filter/check?text=status%20%3D%20eror"))
    assert check.problem is not None
    assert check.problem.suggestion == "status = error"
    assert filters.FilterCheck.model_validate(served.get("/filter/check?text=a%20and%20b")).clauses[1].text == "b"
    assert filters.FilterCheck.model_validate(served.get("/filter/check")).valid


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("model = ", ["gpt-4o ", '"claude haiku" ', '"free model" ']),
        ("user = ", ['"user 1" ', '"user 2" ']),
        ("tag = ", ["slow ", "beta "]),
        ("tool = s", ["search "]),
        ("attributes.", ["attributes.tier "]),
        ("attributes.tier = ", ["gold ", "free "]),
        ("error = ", ["error ", "TimeoutError "]),
    ],
)
def test_values_are_proposed_from_the_data(served: Served, text: str, first: list[str]) -> None:
    """Values and keys that the folder holds are proposed."""
    found = filters.CompletionResponse.model_validate(served.get(f"/filter/complete?text={quote(text)}"))
    assert {*first} <= {completion.insert for completion in found.completions}
