"""The table of recorded exchanges in the documentation: `python -m tests.integrations.results` writes it."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pyflare
from pyflare.integrations import INTEGRATIONS
from tests import offline
from tests.integrations.exchanges import FOLDERS, exchanges
from tests.integrations.test_exchanges import check, replayed
from tests.tracing.recorded import Recorded

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "exchanges.md"
COLUMNS = (
    "recorded",
    "streamed",
    "errors",
    "with tool calls",
    "from a cache",
    "reasoning",
    "embeddings",
    "as recorded",
)
_PAGE = """\
# Recorded exchanges

Answers that providers really gave, recorded by OpenTelemetry's and OpenLLMetry's tests, replayed byte for byte to the providers' own client libraries by a server on the same machine. A call counts as recorded where it became exactly one span below the caller's, ended, with the operation, provider, model, messages, tool calls, finish reasons and error of the exchange, each number of tokens as the provider gave it, and the time to the first chunk of a stream. `python -m tests.integrations.results` makes this table; `tests/integrations/test_exchanges.py` is the test.

{table}

Each exchange counts once, however often it was recorded. Left out are calls that are not traced: assistants, threads and images of OpenAI, and Anthropic's completions, which its client has no longer.
"""


def row(library: str) -> tuple[str, ...]:
    """A library's line."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        pyflare.init(service="exchanges", path=folder, compaction="off")
        for exchange, error, span in replayed(library, exchanges(library), Recorded(Path(folder))):
            check(exchange, error, span)
            parts = [part for message in json.loads(span.output or b"[]") for part in message.get("parts", ())]
            counts.update(
                {
                    "recorded": 1,
                    "as recorded": 1,
                    "streamed": exchange.streams,
                    "errors": span.status_code == 2,
                    "with tool calls": any(part["type"] == "tool_call" for part in parts),
                    "from a cache": bool(span.fields.get("cache_read_tokens")),
                    "reasoning": bool(span.fields.get("reasoning_tokens"))
                    or any(p["type"] == "reasoning" for p in parts),
                    "embeddings": span.inference_type == "embedding",
                }
            )
        pyflare.shutdown()
    name = f"{library} {version(INTEGRATIONS[library].distribution)}"
    return (name, *(str(counts[column]) for column in COLUMNS))


def main() -> None:
    """Write the page."""
    warnings.simplefilter("ignore")
    lines = [("client", *COLUMNS), ("---", *("---:" for _ in COLUMNS)), *(row(library) for library in FOLDERS)]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    PAGE.write_text(_PAGE.format(table=table))


if __name__ == "__main__":
    offline.block()
    main()
