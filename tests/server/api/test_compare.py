"""Comparisons over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.api.serving import Served, serving
from tests.store.records import SECOND_NS, T0_NS, end, write_journal

ONE, TWO = f"{1:032x}", f"{2:032x}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("compared")
    records = [
        end(
            number, number, name="answer", kind="agent", at_ns=T0_NS + number, status=2 if number % 4 == 0 else 1,
            duration_ns=(9 if number % 4 == 0 else 1) * SECOND_NS + number,
            fields={"cost_micros": 1500}, scope={"environment": "staging" if number % 4 == 0 else "production"},
        )
        for number in range(1, 201)
    ]  # fmt: skip
    write_journal(root, records)
    with serving(root) as served:
        yield served


def test_two_traces(served: Served) -> None:
    """Two traces come whole, with their spans in pairs."""
    found = served.get(f"/compare/traces?a={ONE}&b={TWO}")
    assert (found["a"]["trace_id"], found["b"]["trace_id"], found["truncated"]) == (ONE, TWO, False)
    assert found["spans"] == [
        {
            "depth": 0,
            "a": f"{1:016x}",
            "b": f"{2:016x}",
            "name": "answer",
            "kind": "agent",
            "a_duration_ns": SECOND_NS + 1,
            "b_duration_ns": SECOND_NS + 2,
            "a_tokens": None,
            "b_tokens": None,
            "a_cost_usd": 0.0015,
            "b_cost_usd": 0.0015,
            "a_status": "ok",
            "b_status": "ok",
            "changed": [],
        }
    ]
    assert served.ask("GET", f"/compare/traces?a={ONE}&b={'f' * 32}").status == 404
    assert served.ask("GET", f"/compare/traces?a={ONE}").status == 400


def test_two_groups(served: Served) -> None:
    """What differs between two groups comes first, each value with the filter that finds it."""
    found = served.get("/compare/groups?a=status%20%3D%20error")
    assert (found["a_total"], found["b_total"], found["sampled"]) == (50, 150, False)
    fields = {contrast["field"]: contrast for contrast in found["contrasts"]}
    assert {name for name, contrast in fields.items() if contrast["significant"]} == {"environment", "latency"}
    assert fields["latency"]["unit"] == "ms"
    assert fields["latency"]["a_median"] > 9000 > 2000 > fields["latency"]["b_median"]
    assert fields["environment"]["values"][0] == {
        "value": "production",
        "filter": "environment = production",
        "a_count": 0,
        "b_count": 150,
        "a_share": 0.0,
        "b_share": 1.0,
    }
    assert {left["field"]: left["reason"] for left in found["left_out"]}["name"] == "all have the same value"
    assert len(served.get("/compare/groups?a=status%20%3D%20error&limit=1")["contrasts"]) == 1


def test_groups_that_cannot_be_chosen(served: Served) -> None:
    """A filter that cannot be read is refused with its place; so is a missing one."""
    wrong = served.ask("GET", "/compare/groups?a=statsu%20%3D%20error").json["error"]
    assert (wrong["code"], wrong["details"]["start"]) == ("bad_filter", 0)
    assert served.ask("GET", "/compare/groups").status == 400
    assert served.ask("GET", "/compare/groups?a=").status == 400
