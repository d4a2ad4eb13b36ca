"""The user's own prices: above the published ones, from their dates on, refused where they cannot be meant."""

import json
from datetime import UTC, date, datetime, time

import pytest

from pyflare.config.resolution import resolve_from
from pyflare.errors import ConfigError, DataError
from pyflare.pricing import LongContext, ModelPricing, Prices, Usage
from pyflare.pricing.records import prices_of, save_prices

USAGE = Usage.of(input_tokens=1000, output_tokens=100)


def _at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


NOW = _at("2026-11-01T12:00")


def _own(model="gpt-4o", price=1, **rest):
    return ModelPricing(model_id=model, input_usd_per_million=price, output_usd_per_million=price, **rest)


def _micros(*own, model="gpt-4o", provider="openai", at=NOW, published=False, **rest):
    price = Prices(own, published=published).price(provider=provider, model=model, usage=USAGE, at_ns=at, **rest)
    return None if price is None else price.micros


def test_above_the_published_ones():
    """An own price counts where it fits, and published prices count for all else."""
    assert _micros(_own(), published=True) == 1100
    assert _micros(_own(), published=True, model="gpt-4o-mini") == 210
    assert _micros(_own(), model="gpt-4o-mini") is None


def test_effective_dates():
    """The latest price that has begun counts; before the first of them the published one does."""
    own = [
        _own(price=2, effective_from=date(2026, 1, 1)),
        _own(price=3, effective_from=datetime(2026, 6, 1, 12, tzinfo=UTC)),
    ]
    expected = {"2025-12-31T23:59": 3500, "2026-01-01": 2200, "2026-06-01T11:59": 2200, "2026-06-01T12:00": 3300}
    assert {at: _micros(*own, at=_at(at), published=True) for at in expected} == expected


def test_hours_of_the_day():
    """A price for some hours counts in these, past midnight too, before one for all."""
    night = _own(price="0.5", daily_from=time(22), daily_until=time(6))
    own = [_own(price=1, effective_from=date(2026, 10, 1)), night]
    expected = {"T21:59": 1100, "T22:00": 550, "T05:59": 550, "T06:00": 1100}
    assert {at: _micros(*own, at=_at(f"2026-11-01{at}")) for at in expected} == expected


def test_tiers_and_long_context():
    """A price is for one tier, and may be higher for the whole call where the input is long."""
    longer = LongContext(above_input_tokens=999, input_usd_per_million=2)
    own = [_own(long_context=(longer,)), _own(price="0.5", service_tier="batch")]
    assert _micros(*own) == 2000 + 100
    assert _micros(*own, service_tier="Batch") == 550
    assert _micros(*own, service_tier="flex") is None


def test_names():
    """A price may be for every model whose name begins so, for one provider, and for the name that answered."""
    assert _micros(_own("house-*"), model="House-7b") == 1100
    assert _micros(_own(provider="ollama")) is None
    assert _micros(_own(provider="OpenAI")) == 1100
    assert _micros(_own(provider="bedrock"), provider="aws.bedrock") == 1100
    assert _micros(_own("exact"), model="alias", model_version="exact") == 1100


def test_floats_mean_what_they_print_as():
    """0.1 is a tenth, not the nearest binary fraction."""
    assert _own(price=0.1).rates == _own(price="0.1").rates


def test_free_is_a_price():
    """A price of 0 is one: the call costs nothing, and is not unpriced."""
    assert _micros(_own(price=0)) == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"model_id": " "}, "expected model_id to name a model"),
        ({"model_id": "m"}, "expected at least one price"),
        ({"model_id": "m", "input_usd_per_million": -1}, "expected a price of 0 or more"),
        ({"model_id": "m", "input_usd_per_million": "cheap"}, "got 'cheap'"),
        (
            {
                "model_id": "m",
                "input_usd_per_million": 1,
                "long_context": (LongContext(above_input_tokens=1, output_usd_per_million=1),),
            },
            "expected output_usd_per_million beside that of its long_context",
        ),
        ({"model_id": "m", "input_usd_per_million": 1, "daily_from": time(1)}, "both of daily_from and daily_until"),
    ],
)
def test_prices_that_cannot_be_meant(fields, said):
    """A price that names no model, has no number or half a time of day is refused with what was expected."""
    with pytest.raises(DataError, match=said):
        ModelPricing(**fields)


def test_kept_in_a_folder(tmp_path):
    """What is kept comes back equal, of the same version, and above what stands in the file beside the folder."""
    root = tmp_path / ".pyflare"
    root.mkdir()
    kept = _own(
        price="0.25",
        effective_from=datetime(2026, 1, 1, 12, tzinfo=UTC),
        daily_from=time(1),
        daily_until=time(2, 30),
        long_context=(LongContext(above_input_tokens=5, input_usd_per_million="1.5"),),
        service_tier="batch",
    )
    (tmp_path / "pyproject.toml").write_text('[[tool.pyflare.prices]]\nmodel_id = "m"\ninput_usd_per_million = 2.5\n')
    save_prices(root, [kept], lambda path, text: path.write_bytes(text))
    first, second = prices_of(root)
    assert (first, first.version) == (kept, kept.version)
    assert repr(second) == "ModelPricing(model_id='m', input_usd_per_million='2.5')"


def test_a_settings_file_may_hold_prices(tmp_path):
    """Prices in a settings file are no setting that `pyflare.init` would refuse."""
    (tmp_path / "pyflare.toml").write_text('[[pyflare.prices]]\nmodel_id = "m"\ninput_usd_per_million = 2.5\n')
    assert resolve_from({}, environ={}, directory=tmp_path).service == "unknown_service"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "expected a list of prices in JSON"),
        ('{"a": 1}', "expected prices to be a list"),
        ('[{"model_id": "m", "input_usd": 1}]', 'there is no "input_usd". Hint: did you mean "'),
        ('[{"input_usd_per_million": 1}]', "the price of 'a model' cannot be used"),
        (
            '[{"model_id": "m", "input_usd_per_million": 1, "effective_from": "soon"}]',
            "the price of 'm' cannot be used",
        ),
    ],
)
def test_files_that_cannot_be_read(tmp_path, text, said):
    """A price that is written wrongly is an error that names the file, the model and what was meant."""
    (tmp_path / "prices.json").write_text(text)
    with pytest.raises(ConfigError, match=said):
        Prices.load(tmp_path)


def test_the_version_names_what_the_book_holds():
    """The same prices have the same version, and another price another one."""
    one, same, other = _own(), _own(price=1.0), _own(price=2)
    assert Prices([one]).version.startswith("genai-prices ")
    assert Prices([one], published=False).version != Prices([other], published=False).version
    assert one.rates == same.rates
    assert json.loads(json.dumps(one.record())) == {
        "model_id": "gpt-4o",
        "input_usd_per_million": 1,
        "output_usd_per_million": 1,
    }
