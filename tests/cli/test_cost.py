"""`pyflare cost`: what people and pipes get."""

import json

import pytest
from typer.testing import CliRunner

from pyflare.cli.app import app
from pyflare.store.compaction import compact
from tests.store.records import T0_NS, end, query, write_journal

CALL = {"provider": "openai", "model_id": "gpt-4o", "input_tokens": 1000, "output_tokens": 500}
PRICE = '[[pyflare.prices]]\nmodel_id = "house"\ninput_usd_per_million = 1\noutput_usd_per_million = 2\n'


@pytest.fixture
def folder(tmp_path):
    """A call with a published price, a failed one, one that reported its cost and one of a model nobody sells."""
    root = tmp_path / ".pyflare"
    records = [
        end(1, 1, fields=CALL, scope={"user_id": "ann"}),
        end(2, 2, status=2, fields=CALL, scope={"user_id": "ben"}),
        end(3, 3, fields={**CALL, "cost_micros": 5}),
        end(4, 4, fields={**CALL, "model_id": "house"}),
    ]
    write_journal(root, records)
    compact(root, now_ns=T0_NS)
    return root


def _run(*arguments):
    return CliRunner().invoke(app, ["cost", *map(str, arguments)])


def _json(*arguments):
    result = _run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_summary(folder):
    """Alone it says what was spent, for failures too, and that a call has no price."""
    found = _json("--path", folder)
    assert (found["cost_micros"], found["calls"], found["unpriced_calls"]) == (15_005, 4, 1)
    assert (found["failed_traces"], found["failed_traces_cost_micros"]) == (1, 7500)
    shown = _run("--path", folder).stdout
    assert "$0.015005 for 4 calls, 1 unpriced" in shown
    assert "pyflare cost unpriced" in shown


def test_by(folder):
    """Costs are shown by what calls have in common, the dearest first; a misspelt dimension is explained."""
    lines = _json("by", "user", "--path", folder)["lines"]
    assert [(line["value"], line["cost_micros"]) for line in lines] == [("ann", 7500), ("ben", 7500), (None, 5)]
    assert "50.0%" in _run("by", "user", "--path", folder).stdout
    assert 'did you mean "user"' in _run("by", "usr", "--path", folder).output


def test_the_folder_may_stand_before_the_command(folder):
    """`--path` means the folder wherever it stands."""
    assert _json("--path", folder, "by", "user") == _json("by", "user", "--path", folder)


def test_no_calls(tmp_path):
    """Where nothing called a model one line says so, in place of noughts."""
    write_journal(tmp_path / ".pyflare", [end(1, 1)])
    for arguments in ((), ("by", "tag")):
        assert _run(*arguments, "--path", tmp_path / ".pyflare").stdout.startswith("no calls of models")


def test_unpriced_until_there_is_a_price(folder):
    """A model without a price is listed with the reason; with an own price history is priced, once, and only that call."""
    (found,) = _json("unpriced", "--path", folder)
    assert (found["model_id"], found["calls"]) == ("house", 1)
    assert "no price list has this model" in found["reason"]
    (folder.parent / "pyflare.toml").write_text(PRICE)
    assert "pyflare cost reprice" in _json("unpriced", "--path", folder)[0]["reason"]
    assert "1 of 3 stored calls would change: +0.002000 USD" in _run("reprice", "--dry-run", "--path", folder).stdout
    assert query(folder, "SELECT cost_micros FROM spans WHERE span_id = '0000000000000004'") == [(None,)]
    assert _json("reprice", "--path", folder)["difference_micros"] == 2000
    assert "0 of 3 stored calls changed" in _run("reprice", "--path", folder).stdout
    assert "every call has a price" in _run("unpriced", "--path", folder).stdout
    assert query(folder, "SELECT cost_micros FROM spans ORDER BY span_id") == [(7500,), (7500,), (5,), (2000,)]


def test_prices(folder):
    """A model's prices are shown by length of input; one without says why, with a status of 1; else one's own are shown."""
    shown = _run("prices", "gemini-2.5-pro", "--provider", "gcp.gemini", "--path", folder).stdout
    assert "200,000" in shown
    found = _json("prices", "gpt-4o", "--provider", "openai", "--path", folder)
    assert found["usd_per_million"][-1]["output_text"] == "10"
    missing = _run("prices", "house", "--path", folder)
    assert (missing.exit_code, "house is unpriced" in missing.stdout) == (1, True)
    (folder.parent / "pyflare.toml").write_text(PRICE)
    assert "model_id = house" in _run("prices", "--path", folder).stdout
    (folder.parent / "pyflare.toml").write_text(PRICE.replace("model_id", "modelid"))
    assert 'did you mean "model_id"?' in _run("prices", "--path", folder).output


def test_without_the_extra(folder, monkeypatch):
    """Where published prices are not installed it is said what to install, and history keeps its costs."""
    monkeypatch.setattr("pyflare.pricing.Prices.has_published", property(lambda _: False))
    assert 'pip install "pyflare[cost]", then pyflare cost reprice' in " ".join(_run("--path", folder).stdout.split())
    assert 'need the extra "cost"' in _json("unpriced", "--path", folder)[0]["reason"]
    assert _json("reprice", "--path", folder)["changed"] == 0
    assert _json("--path", folder)["cost_micros"] == 15_005
