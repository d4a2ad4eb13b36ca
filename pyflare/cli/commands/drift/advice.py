"""What somebody does who looks for drift for the first time."""

from __future__ import annotations

from typing import Final

FIRST_LOOK: Final = """To look once:

    pyflare drift run -c latency -c model

To look again and again, write into the pyflare.toml beside the folder what is to be compared, then pyflare drift run:

    [[pyflare.drift]]
    name = "answers"
    columns = ["latency", "model", "output"]"""
