"""What the collector's answers do: accepted, refused, in part, not now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest

from pyflare.store.journal.reader import list_writers
from pyflare.tracing.shipping.answer import Failed
from pyflare.tracing.shipping.connect import connect
from pyflare.tracing.shipping.delivery import Delivery
from pyflare.tracing.shipping.reading import Item, JournalReader, Limits
from pyflare.tracing.shipping.spool import open_orphan
from tests.tracing.shipping.collectors import Collector, Reply, spans_of
from tests.tracing.shipping.journals import journal, write_span

BAD_REQUEST = {"status": 400, "grpc_code": grpc.StatusCode.INVALID_ARGUMENT, "keeps": False}
SERVER_ERROR = {"status": 500, "grpc_code": grpc.StatusCode.INTERNAL, "keeps": False}
UNAVAILABLE = {"status": 503, "grpc_code": grpc.StatusCode.UNAVAILABLE, "keeps": False}


class Post:
    """A delivery of one batch from a dead process' journal, and what it said."""

    def __init__(self, root: Path, collector: Collector, names: list[str]) -> None:
        destination = collector.destination()
        writer = journal(root, destination)
        for name in names:
            write_span(writer, name)
        writer.close()
        self.rejected: list[tuple[int, str]] = []
        self.sender = connect(destination)
        self.delivery = Delivery(self.sender, on_rejected=lambda *what: self.rejected.append(what))
        source = open_orphan(list_writers(root)[0], destination.name, Limits(spans=1000))
        assert source is not None
        self.ledger = source.ledger

    def ship(self) -> Failed | None:
        """Ship what is not handled yet, as one batch."""
        batches = list(JournalReader(self.ledger, Limits(spans=1000)).batches())
        return self.delivery.ship(self.ledger, batches[0]) if batches else None

    @property
    def left(self) -> list[str]:
        """Names of the spans that are not handled."""
        batches = JournalReader(self.ledger, Limits(spans=1000)).batches()
        return [item.span.name for batch in batches for item in batch]

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_: object) -> None:
        self.sender.close()
        self.ledger.close()


def refuses(name: str, **reply: Any) -> Any:
    """A script that answers so to every request with a span of that name."""

    def script(request: Any) -> Reply | None:
        return Reply(**reply) if any(span.name.startswith(name) for span in spans_of(request)) else None

    return script


def test_a_batch_that_is_accepted_is_handled(tmp_path, collector):
    """One request, nothing left."""
    with Post(tmp_path, collector, ["a", "b", "c"]) as post:
        assert post.ship() is None
        assert (post.left, post.rejected, len(collector.requests)) == ([], [], 1)


def test_spans_refused_by_an_accepted_request_are_counted(tmp_path, collector):
    """OTLP's partial success: the rest is in, what is not is counted with the reason."""
    collector.replies.append(Reply(rejected=2, details="too old"))
    with Post(tmp_path, collector, ["a", "b", "c"]) as post:
        assert post.ship() is None
        assert (post.left, post.rejected) == ([], [(2, "too old")])


def test_one_bad_span_does_not_take_the_others_with_it(tmp_path, collector):
    """A refused batch is halved until the bad span is alone; it is counted, every other is delivered once."""
    names = [f"span-{number}" for number in range(100)]
    names[37] = "bad"
    collector.script = refuses("bad", **BAD_REQUEST)
    with Post(tmp_path, collector, names) as post:
        assert post.ship() is None
        assert sorted(collector.names) == sorted(set(names) - {"bad"})
        assert max(collector.counts.values()) == 1
        assert post.left == []
        assert sum(count for count, _ in post.rejected) == 1
        assert len(collector.requests) <= 20


def test_a_collector_that_refuses_everything_is_not_asked_for_each_span(tmp_path, collector):
    """The search for the bad span ends after some requests; all is counted."""
    collector.script = refuses("span", **BAD_REQUEST)
    with Post(tmp_path, collector, [f"span-{number}" for number in range(500)]) as post:
        assert post.ship() is None
        assert post.left == []
        assert sum(count for count, _ in post.rejected) == 500
        assert len(collector.requests) <= 80


@pytest.mark.parametrize("code", [401, 403, 404, 405, 502, 503, 504, 301, 501])
def test_a_destination_that_is_wrong_or_down_loses_nothing(tmp_path, http_collector, code):
    """Whatever is not about the request itself may be put right: the spans wait."""
    http_collector.replies.append(Reply(status=code, keeps=False))
    with Post(tmp_path, http_collector, ["a", "b"]) as post:
        failed = post.ship()
        assert failed is not None
        assert str(code) in failed.reason
        assert (post.left, post.rejected) == (["a", "b"], [])
        assert post.ship() is None
        assert http_collector.names == ["a", "b"]


@pytest.mark.parametrize("retry_after_s", [None, 7.0])
def test_how_long_to_wait_is_what_the_collector_says(tmp_path, collector, retry_after_s):
    """429 with Retry-After, RESOURCE_EXHAUSTED with RetryInfo: never refused for good."""
    busy = Reply(status=429, grpc_code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=retry_after_s, keeps=False)
    collector.replies.append(busy)
    with Post(tmp_path, collector, ["a"]) as post:
        failed = post.ship()
        assert failed is not None
        assert failed.retry_after_s == retry_after_s
        assert post.left == ["a"]


def test_retry_after_may_be_a_date(tmp_path, http_collector):
    """HTTP allows a moment in place of a number of seconds; nonsense counts as nothing."""
    for value in ("Wed, 21 Oct 2015 07:28:00 GMT", "soon"):
        http_collector.replies.append(Reply(status=503, keeps=False, headers={"Retry-After": value}))
    with Post(tmp_path, http_collector, ["a"]) as post:
        past, nonsense = post.ship(), post.ship()
        assert past is not None
        assert nonsense is not None
        assert (past.retry_after_s, nonsense.retry_after_s) == (0.0, None)


def test_a_batch_that_is_too_large_is_split(tmp_path, collector):
    """A collector with a small limit gets smaller requests; nothing is lost."""

    def script(request: Any) -> Reply | None:
        too_large = Reply(
            status=413,
            grpc_code=grpc.StatusCode.RESOURCE_EXHAUSTED,
            details="grpc: received message larger than max (9 vs. 4)",
            keeps=False,
        )
        return too_large if len(spans_of(request)) > 10 else None

    collector.script = script
    names = [f"span-{number}" for number in range(40)]
    with Post(tmp_path, collector, names) as post:
        assert post.ship() is None
        assert (sorted(collector.names), post.rejected) == (sorted(names), [])


def test_pieces_that_were_accepted_are_not_sent_again(tmp_path, collector):
    """Where the collector goes down in the middle of a split batch, only the rest waits."""
    collector.replies += [Reply(**BAD_REQUEST), Reply(), Reply(**UNAVAILABLE)]
    with Post(tmp_path, collector, ["a", "b", "c", "d"]) as post:
        assert post.ship() is not None
        assert post.left == ["c", "d"]
        assert post.ship() is None
        assert collector.names == ["a", "b", "c", "d"]


def test_a_span_that_the_server_always_fails_on_is_skipped_in_the_end(tmp_path, collector):
    """After several errors in a row the span is looked for, and skipped because the server takes the others."""
    collector.script = refuses("poison", **SERVER_ERROR)
    with Post(tmp_path, collector, ["a", "b", "poison", "c"]) as post:
        answers = [post.ship() for _ in range(6)]
        assert [answer is None for answer in answers] == [False] * 5 + [True]
        assert sorted(collector.names) == ["a", "b", "c"]
        assert (post.left, [count for count, _ in post.rejected]) == ([], [1])


def test_a_span_that_otlp_cannot_hold_is_counted(tmp_path, collector):
    """A span from before 1970 has no place in OTLP; the others go out."""
    with Post(tmp_path, collector, ["a", "b", "c"]) as post:
        (batch,) = JournalReader(post.ledger, Limits(spans=1000)).batches()
        ancient = Item(batch[1].place, msgspec.structs.replace(batch[1].span, start_unix_ns=-5_000_000_000))
        assert post.delivery.ship(post.ledger, [batch[0], ancient, batch[2]]) is None
        assert (collector.names, post.left) == (["a", "c"], [])
        assert [count for count, _ in post.rejected] == [1]


def test_a_server_that_always_fails_loses_nothing(tmp_path, collector):
    """Where nothing is accepted it is not a span's fault: all of them wait."""
    collector.script = refuses("span", **SERVER_ERROR)
    names = [f"span-{number}" for number in range(50)]
    with Post(tmp_path, collector, names) as post:
        assert all(post.ship() is not None for _ in range(8))
        assert (post.left, post.rejected) == (names, [])
        assert len(collector.requests) < 60
        collector.script = None
        assert post.ship() is None
        assert sorted(collector.names) == sorted(names)


def test_an_answer_that_is_no_protobuf_is_an_answer(tmp_path):
    """Some receivers answer 200 with a text; the status counts."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from pyflare.tracing.shipping import Destination
    from pyflare.tracing.shipping.answer import Accepted

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok!")

        def log_message(self, *_):
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        sender = connect(Destination(endpoint=f"http://127.0.0.1:{server.server_port}"))
        assert sender.send(b"") == Accepted()
        sender.close()


def test_headers_and_compression_reach_the_collector(tmp_path, collector):
    """The user's headers, our name, gzip, and the path of OTLP."""
    destination = collector.destination(headers={"X-Api-Key": "k"})
    sender = connect(destination)
    sender.send(b"")
    sender.close()
    headers = {name.lower(): value for name, value in collector.headers[0].items()}
    assert headers["x-api-key"] == "k"
    assert headers["user-agent"].startswith("pyflare/")
    if collector.protocol != "grpc":
        assert headers[":path"] == "/v1/traces"
        assert headers["content-encoding"] == "gzip"
        assert headers["content-type"] == "application/x-protobuf"


def test_without_compression_nothing_is_compressed(tmp_path, http_collector):
    """`none` means none."""
    sender = connect(http_collector.destination(compression="none"))
    sender.send(b"")
    sender.close()
    assert "Content-Encoding" not in http_collector.headers[0]


def test_credentials_of_the_machine_do_not_replace_the_users(tmp_path, http_collector, monkeypatch):
    """A .netrc entry for the host leaves the Authorization header alone."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sender = connect(http_collector.destination(headers={"Authorization": "Bearer mine"}))
    sender.send(b"")
    sender.close()
    assert http_collector.headers[0]["Authorization"] == "Bearer mine"
