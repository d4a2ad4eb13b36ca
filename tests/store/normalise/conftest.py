"""Everything here holds with NumPy and without it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pyflare.store.normalise import lists
from pyflare.store.normalise.vector import np


@pytest.fixture(params=["numpy", "lists"], autouse=True, scope="module")
def arrays(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have the normaliser work with arrays of this make."""
    if request.param == "numpy":
        yield
        return
    using = [
        module
        for name, module in sys.modules.items()
        if name.startswith("pyflare.store.normalise") and getattr(module, "np", None) is np
    ]
    assert len(using) > 10
    for module in using:
        module.np = lists  # type: ignore[attr-defined]
    yield
    for module in using:
        module.np = np  # type: ignore[attr-defined]
