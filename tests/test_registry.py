"""Parts by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

import pyflare.registry
from pyflare.errors import ConfigError
from pyflare.registry import Registry


def test_names_and_parts() -> None:
    """Shipped parts are imported when they are asked for, registered ones are there at once, all are listed."""
    registry = Registry[object]("number", {"pi": "math:pi"})

    @registry.register("two")
    def two() -> int:
        return 2

    assert registry.names() == ("pi", "two")
    assert registry.get("two") is two
    assert registry.get("pi") == pytest.approx(3.14159, abs=1e-5)


def test_an_unknown_name_meets_its_neighbour() -> None:
    """An unknown name is an error that says the nearest one, or all there are."""
    registry = Registry[object]("number", {"tau": "math:tau"})
    with pytest.raises(ConfigError, match=r"expected the name of a number, got 'tao'\. Did you mean 'tau'\?"):
        registry.get("tao")
    with pytest.raises(ConfigError, match=r"There are: tau\."):
        registry.get("x")


def test_a_name_has_one_owner() -> None:
    """A name that is taken cannot be registered again, and a shipped part may register itself under its own."""
    registry = Registry[object]("number", {"tau": "math:tau", "own": f"{__name__}:_own"})
    assert registry.register("own")(_own) is _own
    for name in ("tau", "own"):
        with pytest.raises(ConfigError, match="is there already"):
            registry.register(name)(object())


def _own() -> None:
    """A part that is in the table."""


def test_parts_of_other_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points add parts, loaded when they are asked for; they cannot take a name that ships with the package."""
    found = [EntryPoint(name, "math:e", "numbers") for name in ("e", "tau")]
    monkeypatch.setattr(pyflare.registry, "entry_points", lambda group: found if group == "numbers" else [])
    registry = Registry[object]("number", {"tau": "math:tau"}, group="numbers")
    assert registry.names() == ("e", "tau")
    assert registry.get("e") == pytest.approx(2.71828, abs=1e-5)
    with pytest.raises(ConfigError, match="takes a name that PyFlare has"):
        registry.get("tau")
    with pytest.raises(ConfigError, match="is there already"):
        registry.register("e")(object())
