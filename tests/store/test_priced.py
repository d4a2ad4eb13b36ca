"""Spans that say tokens and a model get their cost, whoever reads them first."""

import json
import logging

import pytest

from pyflare.pricing import Prices
from pyflare.store.compaction import compact
from pyflare.store.live import LiveFolder
from tests.store.records import T0_NS, end, open_journal, query, write_journal

READING = "SELECT cost_micros, price_version FROM spans ORDER BY span_id"
CALL = {"provider": "openai", "model_id": "gpt-4o", "input_tokens": 1000, "output_tokens": 500}
COST = 2_500 + 5_000
LISTED = Prices().version


def _live(root):
    spans = LiveFolder(root).snapshot().live["spans"].sort_by("span_id")
    return [*zip(spans["cost_micros"].to_pylist(), spans["price_version"].to_pylist(), strict=True)]


def _call(number, **fields):
    return end(number, number, fields={**CALL, **fields})


def test_live_and_stored_rows_have_the_same_cost(tmp_path):
    """A call is priced alike when its journal is read live and when a compaction has stored it."""
    writer = open_journal(tmp_path)
    for record in (_call(1), _call(2, cost_micros=7), _call(3, model_id="mine"), end(4, 4)):
        writer.write(record)
    expected = [(COST, LISTED), (7, "reported"), (None, None), (None, None)]
    assert _live(tmp_path) == expected
    writer.close()
    compact(tmp_path, now_ns=T0_NS)
    assert query(tmp_path, READING) == expected
    assert query(tmp_path, "SELECT cost_micros FROM traces ORDER BY trace_id") == [(COST,), (7,), (None,), (None,)]


def test_every_bucket_and_the_tier_count(tmp_path):
    """Cached, written, hour-long and batched tokens each have their price."""
    fields = {
        "provider": "anthropic",
        "model_id": "claude-sonnet-4-5",
        "input_tokens": 1000,
        "output_tokens": 100,
        "cache_read_tokens": 400,
        "cache_write_tokens": 300,
        "cache_write_1h_tokens": 100,
    }
    late = 1_792_500_000_000_000_000  # the list has batch prices from October 14th 2026 on
    records = [end(1, 1, fields=fields, at_ns=late), end(2, 2, fields={**fields, "service_tier": "batch"}, at_ns=late)]
    write_journal(tmp_path, records)
    compact(tmp_path, now_ns=late)
    whole = 300 * 3 + 400 * 0.3 + 200 * 3.75 + 100 * 6 + 100 * 15
    assert query(tmp_path, "SELECT cost_micros FROM spans ORDER BY span_id") == [(whole,), (whole / 2,)]


def test_own_prices_beside_the_folder(tmp_path):
    """Prices in the settings file beside a folder count before the published ones, wherever the reader runs."""
    root = tmp_path / ".pyflare"
    (tmp_path / "pyflare.toml").write_text(
        '[[pyflare.prices]]\nmodel_id = "gpt-4o"\ninput_usd_per_million = 1\noutput_usd_per_million = 2.5\n'
    )
    write_journal(root, [_call(1)])
    assert [cost for cost, _ in _live(root)] == [1000 + 1250]
    compact(root, now_ns=T0_NS)
    ((cost, version),) = query(root, READING)
    assert (cost, version.split()[0]) == (2250, "own")


def test_own_prices_that_do_not_read(tmp_path, caplog):
    """Where own prices cannot be read nothing is guessed: calls are stored unpriced, and it is said once."""
    root = tmp_path / ".pyflare"
    (tmp_path / "pyflare.toml").write_text('[[pyflare.prices]]\nmodel_id = "gpt-4o"\nprice = 1\n')
    write_journal(root, [_call(1)])
    with caplog.at_level(logging.WARNING, "pyflare"):
        compact(root, now_ns=T0_NS)
    assert query(root, READING) == [(None, None)]
    assert 'there is no "price"' in caplog.text


def test_a_price_list_that_does_not_work(tmp_path, monkeypatch, caplog):
    """A fault in the price list leaves calls unpriced, with a warning, and holds up nothing."""
    monkeypatch.setattr(Prices, "quote", lambda *_, **__: 1 / 0)
    write_journal(tmp_path, [_call(1)])
    with caplog.at_level(logging.WARNING, "pyflare"):
        compact(tmp_path, now_ns=T0_NS)
    assert query(tmp_path, READING) == [(None, None)]
    assert "the prices could not be used" in caplog.text


def test_a_call_of_a_gateway_counts_once(tmp_path):
    """Where a framework and its client record the same call both have a cost, and the trace has it once."""
    write_journal(tmp_path, [end(1, 1, fields=CALL), end(1, 2, parent=1, fields=CALL)])
    compact(tmp_path, now_ns=T0_NS)
    assert query(tmp_path, "SELECT cost_micros, usage_repeated FROM spans ORDER BY span_id") == [
        (COST, True),
        (COST, None),
    ]
    assert query(tmp_path, "SELECT cost_micros FROM traces") == [(COST,)]


def test_attributes_tell_what_the_price_depends_on(tmp_path):
    """Tiers, hours of caching and estimates are read from attributes, as integrations and other senders write them."""
    attributes = {
        "openai.response.service_tier": "flex",
        "pyflare.usage.cache_write_1h_tokens": 5,
        "pyflare.usage.estimated": True,
        "gen_ai.usage.image.input_tokens": 9,
    }
    write_journal(tmp_path, [end(1, 1, attributes=attributes)])
    compact(tmp_path, now_ns=T0_NS)
    reading = "SELECT service_tier, cache_write_1h_tokens, usage_estimated, input_image_tokens FROM spans"
    assert query(tmp_path, reading) == [("flex", 5, True, 9)]


@pytest.mark.parametrize("tokens", [(1 << 63) - 1, 0])
def test_absurd_usage_stays_unpriced(tmp_path, tokens):
    """A cost that no column can hold, and a call without tokens, have no price; nothing fails."""
    write_journal(tmp_path, [_call(1, input_tokens=tokens, output_tokens=0)])
    compact(tmp_path, now_ns=T0_NS)
    assert query(tmp_path, READING) == [(None, None)]


def test_nothing_is_loaded_where_no_span_needs_a_price(tmp_path):
    """A compaction of spans without tokens imports no price list."""
    import subprocess
    import sys

    write_journal(tmp_path, [end(1, 1), _call(2, cost_micros=3)])
    program = (
        "import json, pathlib, sys; from pyflare.store.compaction import compact; compact(pathlib.Path(sys.argv[1]));"
        "print(json.dumps('genai_prices' in sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, check=True, timeout=60)
    assert json.loads(out.stdout) is False
