"""A provider on this machine, and clients that are traced while a test runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pyflare
from tests.integrations.provider import Provider
from tests.tracing.conftest import begin, faults, recorded  # noqa: F401  (fixtures)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A server that answers as the test wants."""
    with Provider() as server:
        yield server


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    yield
    pyflare.uninstrument()
