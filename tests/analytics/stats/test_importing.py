"""What it costs to import a statistic."""

from __future__ import annotations

import subprocess
import sys


def test_scipy_is_loaded_by_what_needs_it() -> None:
    """To import a statistic loads NumPy and no SciPy."""
    program = (
        "import sys; from pyflare.analytics.stats import kolmogorov_smirnov, binned, wasserstein;"
        "from pyflare.analytics.drift.numbers import compare_numbers; sys.exit('scipy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
