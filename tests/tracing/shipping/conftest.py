"""A collector of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tracing.shipping.collectors import KINDS, Collector, HttpCollector


@pytest.fixture(params=sorted(KINDS))
def collector(request: pytest.FixtureRequest) -> Iterator[Collector]:
    """A collector that is up, once over HTTP and once over gRPC."""
    with KINDS[request.param]() as started:
        yield started


@pytest.fixture
def http_collector() -> Iterator[HttpCollector]:
    """A collector that is up, over HTTP."""
    with HttpCollector() as started:
        yield started
