"""One trace as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pyflare.errors import NotFoundError, StoreError
from pyflare.otlp import from_json
from pyflare.server.api import share_document
from pyflare.server.api.share_document import SLOT, as_html, as_json, as_otlp
from pyflare.server.api.share_markdown import as_markdown
from pyflare.store.engine import Engine
from pyflare.workspace import share
from pyflare.workspace.annotate_writer import ScoreWriter
from pyflare.workspace.share import read_shared
from tests.server.api.serving import serving
from tests.store.records import T0_NS, end, payload, start, write_journal

ONE = f"{1:032x}"
PAGE = f"<!doctype html><html><head><title>t</title></head><body>{SLOT}</script><p>after</p></body></html>"
MAIL, CARD = "ann@example.com", "4111 1111 1111 1111"
NASTY = '</script><script>alert("<!-- hi")</script>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    messages = json.dumps([{"role": "user", "content": f"I am {MAIL}. {NASTY}"}]).encode()
    records = [
        end(1, 10, name="answer", kind="agent", at_ns=T0_NS, input=messages, output=b'"done"', scope={"user_id": MAIL}),
        end(
            1, 11, parent=10, name=f"charge {CARD}", kind="tool", at_ns=T0_NS + 5, status=2,
            status_message=f"no such customer: {MAIL}", attributes={"customer": MAIL, "n": 3, "deep": json.dumps({"to": MAIL})},
            events=[(T0_NS + 6, "exception", {"exception.message": f"{MAIL} is unknown"})],
            fields={"input_ref": "e" * 64, "model_id": "gpt-4o", "input_tokens": 5},
        ),
        payload("e" * 64, json.dumps({"large": "x" * 100, "card": CARD}).encode()),
        start(1, 12, parent=10, name="still running", at_ns=T0_NS + 7),
    ]  # fmt: skip
    write_journal(tmp_path, records)
    return tmp_path


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    engine = Engine(folder)
    yield engine
    engine.close()


def _data(engine: Engine, *, redact: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(as_json(engine, read_shared(engine, ONE, redact=redact)))
    return found


def test_the_data_is_what_the_api_gives(folder: Path, engine: Engine) -> None:
    """Trace, outline and spans are those of the API; large content stands in its span."""
    data = _data(engine)
    with serving(folder) as served:
        assert data["trace"] == served.get(f"/traces/{ONE}")
        assert data["outline"] == served.get(f"/traces/{ONE}/outline")
        root = served.get(f"/traces/{ONE}/spans/{10:016x}")
        assert served.get(f"/traces/{ONE}/share?format=json")["spans"] == data["spans"]
    assert data["spans"][f"{10:016x}"] == {**root, "origins": []}
    assert data["spans"][f"{11:016x}"]["input"] == {"large": "x" * 100, "card": CARD}
    assert (data["redacted"], data["left_out"]) == (False, {"spans": 0, "contents": 0})


def test_nothing_is_left_to_see(engine: Engine) -> None:
    """Redacted, no mail address and no card number is left in any of the formats, wherever it stood."""
    writer = ScoreWriter(engine)
    writer.write("note", comment=f"ask {MAIL}", trace_id=ONE)
    assert MAIL in json.dumps(_data(engine))
    shared = read_shared(engine, ONE, redact=True)
    data = as_json(engine, shared)
    files = [
        data,
        as_html(engine, shared, template=PAGE),
        as_otlp(shared),
        as_markdown(msgspec.json.decode(data)).encode(),
    ]
    for file in files:
        assert MAIL.encode() not in file
        assert CARD.encode() not in file
        assert b"[mail]" in file
        assert b"[card]" in file
    found = msgspec.json.decode(data)
    assert found["trace"]["user_id"] == "[mail]"
    assert (found["trace"]["trace_id"], found["redacted"]) == (ONE, True)
    assert set(found["spans"]) == {f"{10:016x}", f"{11:016x}", f"{12:016x}"}
    writer.close()


def test_what_is_too_much_is_left_out_and_said(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bounds spans go without content, roots and failed ones last; large content stays shortened."""
    monkeypatch.setattr(share, "MAX_SPANS", 2)
    monkeypatch.setattr(share, "MAX_PAYLOAD_BYTES", 10)
    data = _data(engine)
    assert set(data["spans"]) == {f"{10:016x}", f"{11:016x}"}
    assert len(data["outline"]["span_id"]) == 3
    assert data["left_out"] == {"spans": 1, "contents": 1}
    monkeypatch.setattr(share, "MAX_BYTES", 10)
    assert _data(engine)["left_out"]["spans"] == 3


def test_content_cannot_break_out_of_the_page(engine: Engine) -> None:
    """What a span holds never ends the element that holds it, and reads back the same."""
    shared = read_shared(engine, ONE, redact=False)
    page = as_html(engine, shared, template=PAGE).decode()
    assert page.count("</script>") == PAGE.count("</script>")
    assert "<!--" not in page
    text = page.split(SLOT)[1].split("</script>")[0]
    assert NASTY in json.loads(text)["spans"][f"{10:016x}"]["input"][0]["content"]
    assert page.endswith("</script><p>after</p></body></html>")


def test_pages_that_are_none(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without a place for data, and no page at all, are errors that say what to do."""
    shared = read_shared(engine, ONE, redact=False)
    with pytest.raises(StoreError, match="build the viewer"):
        as_html(engine, shared, template="<html></html>")
    monkeypatch.setattr(share_document, "_TEMPLATE", "nowhere.html")
    with pytest.raises(StoreError, match="build the viewer"):
        as_html(engine, shared)
    with pytest.raises(NotFoundError):
        read_shared(engine, "f" * 32, redact=False)


def test_other_backends_can_read_it(engine: Engine) -> None:
    """The OTLP file is a request that parses, with every span that does not run any more."""
    request = from_json("traces", as_otlp(read_shared(engine, ONE, redact=False)))
    spans = [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]
    assert sorted(span.name for span in spans) == ["answer", f"charge {CARD}", "still running"]


def test_markdown(engine: Engine) -> None:
    """Markdown has the tree, and each span's conversation as quotes."""
    text = as_markdown(_data(engine))
    assert text.startswith("# answer\n\n- Trace: `")
    assert "- answer (agent, 1 s)\n  - charge 4111 1111 1111 1111 (tool, 1 s) **error**\n  - still running ()" in text
    assert "### user\n\n> I am ann@example.com." in text


def test_over_http(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each format comes as a file with its type and name."""
    monkeypatch.setattr(share_document, "_template", lambda: PAGE)
    with serving(folder) as served:
        path = f"/traces/{ONE[:-1]}1/share"
        answers = {
            format: served.ask("GET", f"{path}?format={format}") for format in ("html", "markdown", "json", "otlp")
        }
        refused = served.ask("GET", f"{path}?format=pdf")
        missing = served.ask("GET", f"/traces/{'f' * 32}/share")
    assert {format: answer.headers["content-type"].split(";")[0] for format, answer in answers.items()} == {
        "html": "text/html",
        "markdown": "text/markdown",
        "json": "application/json",
        "otlp": "application/json",
    }
    assert answers["html"].headers["content-disposition"] == 'attachment; filename="trace-000000000000.html"'
    assert (refused.status, missing.status) == (400, 404)
