"""Each dialect is read with NumPy and without it."""

from tests.store.normalise.conftest import arrays  # noqa: F401  (a fixture that is used by being here)
