"""Pricing history anew: exact, only what was ours, whole at every moment."""

import os
import signal
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from pyflare.pricing import ModelPricing, Prices
from pyflare.schema.tables import SCHEMA_VERSION
from pyflare.store.catalog import load_catalog
from pyflare.store.compaction import compact
from pyflare.store.repricing import reprice
from pyflare.store.sweep import sweep
from tests.store.records import T0_NS, end, query, write_journal

CALL = {"provider": "openai", "model_id": "house", "input_tokens": 1000, "output_tokens": 100}
CHEAP = ModelPricing(model_id="house", input_usd_per_million=1, output_usd_per_million=2)
DEAR = ModelPricing(model_id="house", input_usd_per_million=3, output_usd_per_million=2)
READING = "SELECT cost_micros, price_version FROM spans ORDER BY span_id"


def _book(*own):
    return Prices(own, published=False)


def _folder(root, parts=1):
    """One unpriced call, one that said its cost, one that is repeated below, and its client's, in each part."""
    for part in range(parts):
        first = 10 * part
        records = [
            end(first + 1, first + 1, fields=CALL),
            end(first + 2, first + 2, fields={**CALL, "cost_micros": 7}),
            end(first + 3, first + 3, fields=CALL),
            end(first + 3, first + 4, parent=first + 3, fields=CALL),
        ]
        write_journal(root, records)
        compact(root, merge=False, now_ns=T0_NS)
    return root


def _traces(root):
    return [cost for (cost,) in query(root, "SELECT cost_micros FROM traces ORDER BY trace_id")]


def _unpriced(root):
    return [calls for (calls,) in query(root, "SELECT unpriced_calls FROM traces ORDER BY trace_id")]


def test_calls_without_a_price_get_one_when_there_is_one(tmp_path):
    """What was stored unpriced is priced; what a span said itself stays; a trace counts a repeated call once."""
    root = _folder(tmp_path)
    assert query(root, READING) == [(None, None), (7, "reported"), (None, None), (None, None)]
    assert _unpriced(root) == [1, 0, 1]
    result = reprice(root, prices=_book(CHEAP))
    assert query(root, READING) == [(1200, CHEAP.version), (7, "reported"), *[(1200, CHEAP.version)] * 2]
    assert _traces(root) == [1200, 7, 1200]
    assert _unpriced(root) == [0, 0, 0]
    assert (result.rows, result.changed, result.parts, result.difference_micros) == (3, 3, 1, 2400)
    model = result.models["house"]
    assert (model.calls, model.newly_priced, model.before_micros, model.after_micros) == (3, 3, 0, 2400)
    assert "3 of 3 stored calls changed: +0.002400 USD" in repr(result)


def test_a_changed_price_and_back(tmp_path):
    """Costs follow the prices there and back, to nothing where a price is withdrawn; a second run changes nothing."""
    root = _folder(tmp_path)
    for own, cost in ((CHEAP, 1200), (DEAR, 3200), (CHEAP, 1200), (None, None)):
        book = _book(own) if own else _book()
        assert reprice(root, prices=book).changed == 3
        assert {each for each, _ in query(root, READING)} == {cost, 7}
        assert _traces(root) == [cost, 7, cost]
        assert _unpriced(root) == ([1, 0, 1] if cost is None else [0, 0, 0])
        names = [part.name for part in load_catalog(root).all_parts()]
        assert reprice(root, prices=book).changed == 0
        assert [part.name for part in load_catalog(root).all_parts()] == names


def test_without_the_published_prices(tmp_path):
    """What was priced by them keeps its cost where they are not installed: nothing is unpriced by accident."""
    write_journal(tmp_path, [end(1, 1, fields={**CALL, "model_id": "gpt-4o"})])
    compact(tmp_path, now_ns=T0_NS)
    assert query(tmp_path, READING) == [(3500, Prices().version)]
    assert reprice(tmp_path, prices=_book()).rows == 0
    assert query(tmp_path, READING) == [(3500, Prices().version)]


def test_a_dry_run_changes_nothing(tmp_path):
    """It says what would change, and not a file is different."""
    root = _folder(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*.parquet")}
    result = reprice(root, prices=_book(DEAR), dry_run=True)
    assert (result.changed, result.difference_micros, result.parts) == (3, 6400, 0)
    assert {path: path.read_bytes() for path in root.rglob("*.parquet")} == before


def test_rows_of_before_there_were_versions(tmp_path):
    """In a part of an older schema a cost was said by its span, and a call without one is priced."""
    root = _folder(tmp_path)
    (part,) = load_catalog(root).parts_of("spans")
    path = part.path(root)
    young = ["price_version", "service_tier", "usage_estimated", "cache_write_1h_tokens"]
    young += ["input_image_tokens", "output_image_tokens"]
    pq.write_table(pq.read_table(path).drop_columns(young), path)
    catalog = root / "catalog.json"
    catalog.write_text(catalog.read_text().replace(f'"schema_version":{SCHEMA_VERSION}', '"schema_version":2'))
    sweep(root, load_catalog(root))  # makes the views anew
    assert query(root, READING) == [(None, None), (7, None), (None, None), (None, None)]
    reprice(root, prices=_book(CHEAP))
    assert query(root, READING) == [(1200, CHEAP.version), (7, None), *[(1200, CHEAP.version)] * 2]


def test_tells_how_far_it_is(tmp_path):
    """Progress counts rows, and ends at all of them."""
    told = []
    reprice(_folder(tmp_path, 2), prices=_book(CHEAP), on_part=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (8, 8)


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pyflare.pricing import ModelPricing, Prices
from pyflare.store import repricing

repricing._COMMIT_ROWS = 1
left = int(sys.argv[2])

def on_step(step):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

dear = ModelPricing(model_id="house", input_usd_per_million=3, output_usd_per_million=2)
repricing.reprice(Path(sys.argv[1]), prices=Prices([dear], published=False), on_step=on_step)
"""


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5])
def test_killed_at_any_step(tmp_path, steps):
    """After a kill every row has its old or its new cost, traces agree with their spans, and a second run does the rest."""
    root = _folder(tmp_path, 2)
    process = subprocess.run([sys.executable, "-c", KILLED_AT, root, str(steps)], check=False, timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert query(root, "SELECT count(*), count(DISTINCT span_id) FROM spans") == [(8, 8)]
    sums = "SELECT sum(cost_micros) FROM spans WHERE usage_repeated IS NOT TRUE"
    assert query(root, sums) == query(root, "SELECT sum(cost_micros) FROM traces")
    reprice(root, prices=_book(DEAR))
    assert _traces(root) == [3200, 7, 3200] * 2
    assert query(root, sums) == [(2 * 6407,)]
    assert not [name for name in os.listdir(root / "spans") if name.startswith(".")]
