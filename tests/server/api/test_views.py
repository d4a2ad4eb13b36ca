"""Saved views over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.api.serving import Served, serving
from tests.store.records import end, write_journal

_VIEW = {"name": "Failures", "screen": "traces", "search": {"filter": "status = error", "columns": ["cost"]}}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    write_journal(tmp_path, [end(1, 10)])
    with serving(tmp_path) as served:
        yield served


def test_a_view_is_saved_changed_and_deleted(served: Served) -> None:
    """A view is listed as it was saved, until it is changed or deleted."""
    added = served.ask("POST", "/views", _VIEW)
    assert added.status == 201
    assert served.get("/views") == {"views": [added.json]}
    assert {name: added.json[name] for name in _VIEW} == _VIEW
    path = f"/views/{added.json['view_id']}"
    changed = served.ask("PUT", path, {**_VIEW, "name": "All failures"}).json
    assert changed == {**added.json, "name": "All failures"}
    assert served.ask("DELETE", path).status == 204
    assert served.get("/views") == {"views": []}
    assert served.ask("DELETE", path).json["error"]["code"] == "not_found"
    assert served.ask("PUT", path, _VIEW).status == 404


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"screen": "../x"}, {"search": []}, {"more": 1}, {"search": {"filter": "x" * 70_000}}]
)
def test_views_that_cannot_be(served: Served, change: dict[str, object]) -> None:
    """A view without name, of no screen, or too large is refused."""
    answer = served.ask("POST", "/views", {**_VIEW, **change})
    assert answer.status == 400
    assert answer.json["error"]["message"]
    assert served.get("/views") == {"views": []}
