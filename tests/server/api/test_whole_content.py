"""Content that is kept apart from its span, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pyflare
from tests.server.api.serving import serving

QUESTION = "Where is my order? " * 5_000


def _write(folder: Path) -> None:
    pyflare.init(path=folder, service="shop")
    with pyflare.span("chat", kind="llm") as span:
        span.set_input([{"role": "user", "parts": [{"type": "text", "content": QUESTION}]}])
        span.set_output("On its way.")
    pyflare.shutdown()


def test_a_span_is_whole_on_request(tmp_path: Path) -> None:
    """A large input comes shortened, with where the rest is; `whole` puts it back, into the conversation too."""
    _write(tmp_path)
    with serving(tmp_path) as served:
        (trace,) = served.get("/traces")["traces"]
        path = f"/traces/{trace['trace_id']}/spans/{trace['root_span_id']}"
        short, whole = served.get(path), served.get(f"{path}?whole=true")
    assert short["input_ref"] is not None
    assert QUESTION not in str(short["chat"])
    assert whole["input_ref"] is None
    assert whole["chat"]["messages"][0]["parts"][0]["text"] == QUESTION
    assert whole["output"] == short["output"] == "On its way."
