"""What holds for every test: no network, and no settings from the machine it runs on."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import offline

offline.block()
# Machines that run tests are busy: how long an example takes says nothing. In CI the examples are always the same.
settings.register_profile("pyflare", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("pyflare")
# One thread for linear algebra: on a busy machine, threads that wait for one another by spinning take minutes.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
for _variable in [name for name in os.environ if name.startswith(("PYFLARE_", "OTEL_"))]:
    del os.environ[_variable]


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    """Fail a test that tried to reach beyond this machine, even where the code under test hid it."""
    offline.attempts.clear()
    yield
    if offline.attempts:
        pytest.fail(f"tried to reach {', '.join(offline.attempts)}")
