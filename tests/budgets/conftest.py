"""A traced process of its own for every test, and a provider on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pyflare
from tests.integrations.provider import Provider
from tests.tracing.conftest import begin, faults  # noqa: F401  (fixtures)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A server that answers as the test wants, to clients that are instrumented."""
    pyflare.instrument("openai")
    with Provider() as server:
        yield server
    pyflare.uninstrument()
