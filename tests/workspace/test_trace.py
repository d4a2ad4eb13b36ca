"""One trace as a tree: its shape, and how it prints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len

import pyflare
from pyflare.schema.tables import SPANS
from pyflare.workspace import Trace, TraceSpan
from pyflare.workspace.render import tree
from tests.store.records import T0_NS, end, start, write_journal
from tests.workspace.folders import question

MS = 1_000_000


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """An agent whose model failed once, with a step that never ended."""
    root = tmp_path_factory.mktemp("store")
    scope = {"user_id": "ann", "session_id": "s-1", "tags": ["beta", "eu"]}
    write_journal(
        root,
        [
            end(
                7,
                1,
                name="answer",
                kind="agent",
                duration_ns=1840 * MS,
                input=question("How do I reset my password?"),
                output=b'"Open the settings."',
                scope=scope,
            ),
            end(7, 2, parent=1, name="retrieve", kind="retriever", at_ns=T0_NS + 2 * MS, duration_ns=310 * MS),
            end(
                7,
                3,
                parent=2,
                name="embed",
                kind="embedding",
                at_ns=T0_NS + 3 * MS,
                duration_ns=80 * MS,
                fields={"model_id": "embed-3", "input_tokens": 12},
            ),
            end(7, 4, parent=2, name="search", kind="tool", at_ns=T0_NS + 90 * MS, duration_ns=200 * MS),
            end(
                7,
                5,
                parent=1,
                name="generate",
                kind="llm",
                at_ns=T0_NS + 320 * MS,
                duration_ns=100 * MS,
                status=2,
                fields={"model_id": "gpt-4o", "error_type": "TimeoutError"},
                events=[(T0_NS, "exception", {"exception.type": "TimeoutError", "exception.message": "too\nslow"})],
            ),
            end(
                7,
                6,
                parent=1,
                name="generate",
                kind="llm",
                at_ns=T0_NS + 430 * MS,
                duration_ns=1400 * MS,
                status=1,
                fields={
                    "model_id": "gpt-4o",
                    "input_tokens": 2298,
                    "output_tokens": 400,
                    "cost_micros": 12_300,
                    "time_to_first_chunk_ns": 210 * MS,
                },
                attributes={"k": 3, "note": "x"},
            ),
            start(7, 8, parent=1, name="log to the archive in the background, slowly", at_ns=T0_NS + 1500 * MS),
        ],
    )
    with pyflare.open(root) as workspace:
        return workspace.trace("00")


def test_prints_as_a_tree(trace: Trace) -> None:
    """The repr shows what called what, when, how long, with which model, and what went wrong."""
    assert repr(trace) == snapshot("""\
trace 00000000000000000000000000000007  bot
2026-09-21 14:13:20 UTC · 1.84 s · 7 spans · 1 error
user ann · session s-1 · tags beta, eu
embed-3, gpt-4o · 2,310 → 400 tokens · $0.0123

answer  agent                                                   1.84 s  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━
│ in  {"question": "How do I reset my password?"}
│ out Open the settings.
├─ retrieve  retriever                                          310 ms  ━━━━╸
│  ├─ embed  embedding · embed-3 · 12 tokens                     80 ms  ━╸
│  └─ search  tool                                              200 ms   ╺━━╸
├─ generate  llm · gpt-4o                                       100 ms       ━╸
│    ✗ TimeoutError: too slow
├─ generate  llm · gpt-4o · 2,298 → 400 tokens · $0.0123 · f…   1.40 s        ╺━━━━━━━━━━━━━━━━━━━━━
└─ log to the archive in the background, slowly                   died                         ┅┅┅┅┅\
""")


def test_shows_content_of_every_span_where_asked(trace: Trace) -> None:
    """With content, each span is followed by its input and output; the number of spans can be limited."""
    lines = ["".join(text for text, _ in line).rstrip() for line in tree.lines(trace, width=80, content=True, most=2)]
    assert lines[-5:] == snapshot(
        [
            "answer  agent                                     1.84 s  ━━━━━━━━━━━━━━━━━━━━━━",
            '│ in  {"question": "How do I reset my password?"}',
            "│ out Open the settings.",
            "├─ retrieve  retriever                            310 ms  ━━━╸",
            "… 5 more spans; trace.spans has them all",
        ]
    )


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
def test_fits_its_width(trace: Trace, width: int) -> None:
    """No line is wider than asked for, down to a width that no terminal has."""
    lines = tree.as_text(trace, width=width).splitlines()
    assert max(cell_len(line) for line in lines[4:]) <= max(width, 44)


def test_shape(trace: Trace) -> None:
    """Spans hang below their parents in the order they began, and can be walked."""
    assert [(depth, span.name) for depth, span in trace.walk()][:4] == [
        (0, "answer"),
        (1, "retrieve"),
        (2, "embed"),
        (2, "search"),
    ]
    assert (len(trace), len(trace.roots), trace.root.name) == (7, 1, "answer")
    assert [span.span_id for span in trace] == [span.span_id for span in trace.spans]
    assert trace.duration_ns == 1840 * MS
    assert trace.models == ("embed-3", "gpt-4o")
    assert (trace.total("input_tokens"), trace.total("reasoning_tokens")) == (2310, None)
    assert [span.error for span in trace.errors] == ["TimeoutError: too\nslow"]


def test_a_span_gives_values_back(trace: Trace) -> None:
    """Content is parsed, attributes have their types, and any column can be had."""
    root, generate = trace.root, trace.spans[-2]
    assert root.input == {"question": "How do I reset my password?"}
    assert root.output == "Open the settings."
    assert generate.attributes == {"k": 3, "note": "x"}
    assert (generate.kind, generate.model, generate.state, generate.status) == ("llm", "gpt-4o", "ended", "ok")
    assert (root["tags"], root["writer_id"] is not None) == (["beta", "eu"], True)
    assert (root.parent_span_id, root.service, root.start.tzinfo is not None) == (None, "bot", True)
    assert trace.errors[0].events[0]["attributes"]["exception.type"] == "TimeoutError"


def test_to_dict_is_json(trace: Trace) -> None:
    """The whole trace becomes JSON, flat, so that no depth is too deep."""
    values = json.loads(json.dumps(trace.to_dict()))
    assert [span["depth"] for span in values["spans"]] == [0, 1, 2, 2, 1, 1, 1]
    assert values["spans"][0]["input"] == {"question": "How do I reset my password?"}
    assert (values["error_count"], values["cost_micros"], values["models"]) == (1, 12_300, ["embed-3", "gpt-4o"])
    assert set(SPANS.column_names) - {"attribute_types"} <= set(values["spans"][0])


def test_html_is_escaped(tmp_path: Path) -> None:
    """Nothing that a span holds becomes markup."""
    evil = "<script>alert(1)</script>"
    fields = {"model_id": evil, "error_type": evil}
    content = json.dumps({evil: [evil]}).encode()
    record = end(1, 1, name=evil, kind=evil, input=content, fields=fields, status=2, scope={"user_id": evil})
    write_journal(tmp_path, [record], service_name=evil)
    with pyflare.open(tmp_path) as workspace:
        page = workspace.trace("00")._repr_html_()
        table = workspace.spans()._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<script" not in page + table
    assert workspace.path == tmp_path


def _span(number: int, parent: int | None, **values: Any) -> TraceSpan:
    columns = dict.fromkeys(SPANS.column_names)
    identity = {
        "trace_id": "t",
        "span_id": str(number),
        "parent_span_id": None if parent is None else str(parent),
        "operation_name": f"step {number}",
        "state": "ended",
        "status_code": "unset",
        "service_name": "bot",
        "start_unix_ns": number,
        "start_time": datetime(2026, 5, 1, tzinfo=UTC),
        "duration_ns": 1,
    }
    return TraceSpan({**columns, **identity, **values})


def test_spans_without_their_parent_are_roots() -> None:
    """Where a parent was not recorded, its children stand beside the root, and the real root is named."""
    trace = Trace([_span(1, 99), _span(2, None), _span(3, 2)])
    assert [span.name for span in trace.roots] == ["step 1", "step 2"]
    assert trace.root.name == "step 2"
    assert Trace([_span(1, 99)]).root.name == "step 1"


def test_a_ring_of_parents_is_cut() -> None:
    """Spans that are each other's parents are shown once each."""
    trace = Trace([_span(1, 3), _span(2, 1), _span(3, 2), _span(4, 4)])
    assert [span.name for _, span in trace.walk()] == ["step 1", "step 2", "step 3", "step 4"]


def test_a_deep_trace_prints() -> None:
    """A chain of thousands of spans neither overflows nor prints for ever."""
    trace = Trace([_span(number, number - 1 or None) for number in range(1, 5001)])
    assert trace.to_dict()["spans"][-1]["depth"] == 4999
    assert tree.as_text(trace).splitlines()[-1] == "… 4,800 more spans; trace.spans has them all"
    assert "4,800 more spans" in trace._repr_html_()


def test_nothing_but_running_spans() -> None:
    """A trace of which nothing has ended has no duration, and says so."""
    trace = Trace([_span(1, None, state="running", duration_ns=None)])
    assert trace.duration_ns is None
    assert "running" in tree.as_text(trace)
