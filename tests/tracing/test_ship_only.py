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


def test_a_spool_stops_at_its_limit(tmp_path, monkeypatch) -> None:
    """With the collector down for long, new spans are dropped and counted; what waits stays."""
    monkeypatch.chdir(tmp_path)
    limit_bytes = (1 << 18) + (1 << 21)  # the first two segments
    pyflare.init(
        service="spool",
        endpoint="http://127.0.0.1:9",
        ship_interval_s=60.0,
        shutdown_timeout_s=0.0,
        spool_limit_bytes=limit_bytes,
    )
    try:

        @pyflare.trace
        def answer(number: int) -> str:
            return "x" * 4000

        for number in range(1000):
            answer(number)
        assert state.runtime is not None
        counts = state.runtime.losses.counts()
        assert set(counts) == {"spool_full"}
        segments = [*state.runtime.journal.directory.glob("*.seg")]
        assert sum(segment.stat().st_size for segment in segments) <= limit_bytes
        kept = sum(segment.read_bytes().count(b"x" * 4000) for segment in segments)
        assert 500 < kept == 1000 - (counts["spool_full"] + 1) // 2  # starts and ends; the last start may have had room
    finally:
        pyflare.shutdown()
