"""The page of the documentation that says what was tested: its rows are kept in it, and replaced one by one."""

from __future__ import annotations

import re
from typing import Final

from tests.integrations.matrix.environment import ROOT

PAGE: Final = ROOT / "docs" / "reference" / "integrations.md"
_ROW: Final = re.compile(r"\| (?P<name>[a-z][\w-]*) \| (?P<rest>.+ \| .+ \| \d{4}-\d\d-\d\d) \|")
_HEAD: Final = """\
# Tested versions

Each library that `pyflare.instrument()` knows is tested at the oldest version that is supported and at the newest there is, each in an environment of its own, through the real library against a server on the same machine. `make test-integrations` makes this table; `make test-integrations ONLY=openai` tests one library.

| library | oldest | newest | tested on |
| --- | --- | --- | --- |
"""
_FOOT: Final = """\

- What is skipped says why with `pytest -rs`: most is what one version or client of a library does not have.
- celery runs over brokers that need no server, and over a real Redis where `redis-server` can be had (Debian's package, laid out in a folder of the build).
- temporal runs its own client and worker against a server of ours that speaks as much of its protocol as one workflow with an activity needs: its development and test servers are programs that temporalio downloads from its maker's host, which tests do not.
- torch is installed once, below the environments of the rows that need it, in the build for processors. What watches its modules (`pyflare.integrations.torch`) is tested in the row of transformers.
- pyflame is missing: it is in no registry, and the name is another package's. Its tests run where it has been installed from its source; what does not need it is tested everyday.
"""


def read(text: str) -> dict[str, str]:
    """The rows of a page: the cells after the name, by name."""
    return {found["name"]: found["rest"] for found in _ROW.finditer(text)}


def render(rows: dict[str, str]) -> str:
    """The page with these rows, in order of their names."""
    return _HEAD + "".join(f"| {name} | {rest} |\n" for name, rest in sorted(rows.items())) + _FOOT
