"""Libraries under `pyflare.instrument()`."""
