"""The public names, and the page that documents them."""

from __future__ import annotations

import re

import pyflare
from pyflare.analytics import drift, stats
from tests.architecture.tree import ROOT


def test_public_names_exist() -> None:
    """Every public name can be had."""
    assert [name for name in pyflare.__all__ if not hasattr(pyflare, name)] == []


def test_public_names_are_documented() -> None:
    """The API page documents every public name, and no other."""
    page = (ROOT / "docs" / "reference" / "api.md").read_text()
    documented = set(re.findall(r"^::: pyflare\.(\w+)$", page, re.MULTILINE)) - {"errors"}
    assert documented == set(pyflare.__all__) - {"__version__"}


def test_statistics_are_documented() -> None:
    """Two pages document every public statistic and detector, and no other; each can be had."""
    for module, page in ((drift, "drift.md"), (stats, "statistics.md")):
        text = (ROOT / "docs" / "reference" / page).read_text()
        documented = set(re.findall(rf"^::: {module.__name__}\.(\w+)$", text, re.MULTILINE))
        assert documented == set(module.__all__)
        assert [name for name in documented if not getattr(module, name).__doc__] == []


def test_unknown_name() -> None:
    """A name that is not public is an AttributeError, as of any module."""
    assert not hasattr(pyflare, "no_such_name")


def test_dir() -> None:
    """`dir` shows the public names, without importing what is behind them."""
    assert dir(pyflare) == sorted(pyflare.__all__)
