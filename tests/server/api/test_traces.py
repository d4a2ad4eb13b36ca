"""Traces, spans and sessions over HTTP: real answers against the models that describe them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import zstandard
from pydantic import TypeAdapter

from pyflare.server.api.schemas.aggregates import SessionListResponse
from pyflare.server.api.schemas.info import Info
from pyflare.server.api.schemas.sessions import SessionDetail
from pyflare.server.api.schemas.traces import Outline, Span, SpanListResponse, Trace, TraceListResponse
from tests.server.api.serving import Served, serving
from tests.store.records import end, write_journal
from tests.workspace.folders import LARGE, write_folder

ONE = f"{1:032x}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(write_folder(tmp_path_factory.mktemp("store"))) as served:
        yield served


def _read(served, path, model):
    answer = served.ask("GET", path)
    assert answer.status == 200, answer.body
    return TypeAdapter(model).validate_json(answer.body)


def test_info(served):
    """The folder at a glance: counts, times, names, and what was lost."""
    info = _read(served, "/info", Info)
    assert (info.traces, info.spans) == (5, 14)
    assert info.first_time < info.last_time < info.now
    assert info.services


def test_the_newest_come_first(served):
    """A list of traces is in the order of start, latest first, whether they lie in parts or journals."""
    page = _read(served, "/traces?count=true", TraceListResponse)
    assert [int(trace.trace_id, 16) for trace in page.traces] == [5, 4, 3, 2, 1]
    assert (page.total, page.next_cursor) == (5, None)
    assert page.traces[-1].scores == {"helpful": 1.0}
    assert page.traces[0].state == "died"


@pytest.mark.parametrize(
    "order", ["-start_time", "start_time", "-duration_ms", "cost_usd", "-user_id", "-total_tokens"]
)
@pytest.mark.parametrize("what", ["traces", "spans"])
def test_pages_join_without_a_seam(served, what, order):
    """Whatever the order, pages by cursor and pages by offset give what one large page gives."""
    order = order.replace("user_id", "model_id") if what == "spans" else order
    model = TraceListResponse if what == "traces" else SpanListResponse
    whole = getattr(_read(served, f"/{what}?order_by={order}&limit=100", model), what)
    by_cursor, cursor = [], ""
    while cursor is not None:
        page = _read(served, f"/{what}?order_by={order}&limit=2" + (f"&cursor={cursor}" if cursor else ""), model)
        by_cursor += getattr(page, what)
        cursor = page.next_cursor
    assert by_cursor == whole
    by_offset = [
        row
        for offset in range(0, len(whole), 3)
        for row in getattr(_read(served, f"/{what}?order_by={order}&limit=3&offset={offset}", model), what)
    ]
    assert by_offset == whole


def test_links_lead_to_the_next_page(served):
    """The header Link names the next page, with what else was asked for."""
    link = served.ask("GET", "/traces?limit=2&status=ok").headers["link"]
    path = link.partition("<")[2].partition(">")[0].removeprefix("/api/v1")
    assert link.endswith('rel="next"')
    assert "status=ok" in path
    assert [int(trace.trace_id, 16) for trace in _read(served, path, TraceListResponse).traces] == [1]


def test_cursors_of_other_lists(served):
    """A cursor is refused where it does not belong, and so is what is none."""
    cursor = served.get("/traces?limit=2")["next_cursor"]
    for path in (
        f"/spans?cursor={cursor}",
        f"/traces?order_by=-cost_usd&cursor={cursor}",
        "/traces?cursor=nonsense",
        "/traces?cursor=W10",
        f"/sessions?cursor={cursor}",
        f"/traces/{ONE}/spans?cursor={cursor}",
    ):
        answer = served.ask("GET", path)
        assert (answer.status, answer.json["error"]["code"]) == (400, "bad_query"), path


def test_ranges_and_fields(served):
    """A range of time, to the nanosecond, and fields by name narrow a list."""
    start = served.get("/traces?order_by=start_time&limit=2")["traces"][1]["start_time"]
    later = served.get(f"/traces?start_time={quote(start)}")["traces"]
    earlier = served.get(f"/traces?end_time={quote(start)}")["traces"]
    assert ([len(later), len(earlier)], later[-1]["start_time"]) == ([4, 1], start)
    assert len(served.get("/traces?model_id=small")["traces"]) == 2
    assert len(served.get("/traces?status=error&status=unset")["traces"]) == 2
    assert len(served.get(f"/traces?filter={quote('user = bob')}")["traces"]) == 2


def test_one_trace(served):
    """A trace is found by its id or by a beginning, with the attributes of its root."""
    trace = _read(served, f"/traces/{ONE}", Trace)
    assert (trace.span_count, trace.model_ids, trace.cost_usd) == (3, ["gpt-4o"], 0.001)
    assert served.ask("GET", f"/traces/{ONE[:31]}").status == 404  # several begin so
    for bad in ("f" * 32, "zz", "a" * 33):
        assert served.ask("GET", f"/traces/{bad}").status in (400, 404)


def test_spans_of_a_trace(served):
    """Its spans come whole, in the order of start, and by page."""
    spans = _read(served, f"/traces/{ONE}/spans", list[Span])
    assert [span.operation_name for span in spans] == ["answer", "look up", "generate"]
    assert spans[0].input == {"question": "hello"}
    assert spans[1].attributes == {"tier": "free", "k": 1, "exact": False}
    first = served.ask("GET", f"/traces/{ONE}/spans?limit=2")
    path = first.headers["link"].partition("<")[2].partition(">")[0].removeprefix("/api/v1")
    assert [*first.json, *served.get(path)] == served.get(f"/traces/{ONE}/spans")


def test_one_span(served):
    """One span has everything: conversation, origins of its columns, scores."""
    span = _read(served, f"/traces/{ONE}/spans/{10:016x}", Span)
    assert span.chat is not None
    assert [part.text for message in span.chat.messages for part in message.parts] == ["hello"]
    assert [part.text for message in span.chat.answers for part in message.parts] == ["done"]
    assert served.ask("GET", f"/traces/{ONE}/spans/{'f' * 16}").status == 404


def test_outline(served):
    """The outline names each span's parent by position, and words by number."""
    outline = _read(served, f"/traces/{ONE}/outline", Outline)
    assert (outline.parent, [outline.names[at] for at in outline.name]) == (
        [-1, 0, 0],
        ["answer", "look up", "generate"],
    )
    assert outline.span_duration_ns == [100_000_000, 20_000_000, 60_000_000]
    assert (outline.duration_ns, outline.offset_ns[0]) == (100_000_000, 0)
    assert outline.model == [-1, -1, 0]


def test_rings_of_parents(tmp_path):
    """Spans that name one another as parents are opened at the earliest, so that every way leads to a root."""
    ring = [
        end(1, 1, parent=3),
        end(1, 2, parent=1, at_ns=2),
        end(1, 3, parent=2, at_ns=3),
        end(1, 4, parent=3, at_ns=4),
    ]
    own = [end(1, 5, parent=5, at_ns=5)]
    write_journal(tmp_path, ring + own)
    with serving(tmp_path) as served:
        outline = served.get(f"/traces/{ONE}/outline")
    parents = outline["parent"]
    for first in range(len(parents)):
        way = [first]
        while (above := parents[way[-1]]) >= 0:
            way.append(above)
            assert len(way) <= len(parents)


def test_text_in_a_trace(served):
    """Search finds spans by names, contents and attributes, in whatever case."""
    for text, expected in (("HELLO", [10]), ("look", [11]), ("gold", []), ("Gpt-4O", [12])):
        found = served.get(f"/traces/{ONE}/search?text={quote(text)}")["span_ids"]
        assert [int(span_id, 16) for span_id in found] == expected
    assert len(served.get(f"/traces/{4:032x}/search?text=needle")["span_ids"]) == 1


def test_payloads(served):
    """Content kept apart from its span comes as the JSON it is."""
    assert served.get(f"/payloads/{LARGE}") == "a very LARGE haystack with a needle in it"
    assert served.ask("GET", f"/payloads/{'0' * 64}").status == 404
    assert served.ask("GET", "/payloads/nonsense").status == 400


def test_sessions(served):
    """Sessions are summed up, the one with the latest trace first; one is read turn by turn."""
    page = _read(served, "/sessions?count=true", SessionListResponse)
    assert [(row.session_id, row.trace_count) for row in page.sessions] == [("session-0", 2), ("session-1", 2)]
    session = _read(served, "/sessions/session-0", SessionDetail)
    assert [int(turn.trace.trace_id, 16) for turn in session.turns] == [2, 4]
    assert [message.role for turn in session.turns for message in turn.messages] == ["user", "assistant"] * 2
    assert served.ask("GET", "/sessions/nobody").status == 404


def test_asking_again(served):
    """An ETag names an answer: asked again with it the answer is 304, and after a change the new one."""
    first = served.ask("GET", "/traces")
    tag = first.headers["etag"]
    again = served.ask("GET", "/traces", if_none_match=tag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert served.ask("GET", "/traces?limit=2", if_none_match=tag).status == 200


def test_a_change_gives_another_tag(tmp_path):
    """What is written meanwhile changes the tag."""
    write_journal(tmp_path, [end(1, 1)])
    with serving(tmp_path) as served:
        tag = served.ask("GET", "/traces").headers["etag"]
        write_journal(tmp_path, [end(2, 2)])
        changed = served.ask("GET", "/traces", if_none_match=tag)
        assert changed.status == 200
        assert len(changed.json["traces"]) == 2


def test_compression(served):
    """Answers come in zstd or gzip, as the one who asks can read, each with a tag of its own."""
    plain = served.ask("GET", f"/traces/{ONE}/spans")
    packed = {name: served.ask("GET", f"/traces/{ONE}/spans", accept_encoding=name) for name in ("gzip", "zstd")}
    assert gzip.decompress(packed["gzip"].body) == plain.body
    unpacked = zstandard.ZstdDecompressor().decompress(packed["zstd"].body, max_output_size=1 << 20)
    assert json.loads(unpacked) == plain.json
    assert len({answer.headers["etag"] for answer in (plain, *packed.values())}) == 3
    assert "content-encoding" not in served.ask("GET", "/traces", accept_encoding="gzip;q=0, br").headers


def test_errors_have_one_shape(served):
    """Paths and methods there are not, and parameters that cannot be, are told in the same shape."""
    cases = {
        ("GET", "/nothing"): (404, "not_found"),
        ("DELETE", "/traces"): (405, "method_not_allowed"),
        ("GET", "/traces?limit=1001"): (400, "bad_request"),
        ("GET", "/traces?order_by=nonsense"): (400, "bad_request"),
        ("GET", "/traces?start_time=yesterday"): (400, "bad_request"),
        ("GET", "/traces?start_time=2026-13-40"): (400, "bad_value"),
    }
    for (method, path), expected in cases.items():
        answer = served.ask(method, path)
        assert (answer.status, answer.json["error"]["code"]) == expected, path
        assert answer.json["error"]["message"]
