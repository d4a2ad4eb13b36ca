"""With an endpoint and no path the folder is a spool: what OTLP cannot carry is counted, not lost quietly."""

import pyflare
from pyflare.tracing import state


def test_rows_and_large_payloads_are_counted(tmp_path, monkeypatch) -> None:
    """A score cannot be shipped and a payload would go with the spool: both are counted."""
    monkeypatch.chdir(tmp_path)
    pyflare.init(service="spool", endpoint="http://127.0.0.1:9", ship_interval_s=60.0, shutdown_timeout_s=0.0)
    try:

        @pyflare.trace(capture_input=False)
        def answer() -> str:
            return "long " * 5000

        answer()
        pyflare.score("helpful", 1.0)
        pyflare.log_prediction("model", {"a": 1}, "yes")
        assert state.runtime is not None
        assert state.runtime.losses.counts() == {"content_truncated": 1, "not_a_span": 2}
    finally:
        pyflare.shutdown()
