"""The extra `local` does not bring NumPy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys

class Hidden:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("numpy", "pandas", "polars"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hidden())
import pyflare
from pyflare.store.normalise.vector import np

assert np.__name__ == "pyflare.store.normalise.lists"
pyflare.init(service="plain", path=sys.argv[1], compaction="off")
tracer = pyflare.tracer_provider().get_tracer("a library")
with tracer.start_as_current_span("chat") as span:
    span.set_attribute("llm.model_name", "gpt-4o")
    span.set_attribute("llm.token_count.prompt", 12)
pyflare.shutdown()
with pyflare.open(sys.argv[1]) as workspace:
    live = workspace.query("SELECT model_version, input_tokens FROM spans")[0]
    assert workspace.compact().rows["spans"] == 1
    assert workspace.query("SELECT model_version, input_tokens FROM spans")[0] == live
    print(live, "numpy" in sys.modules)
"""


def test_a_folder_is_written_read_and_compacted(tmp_path: Path) -> None:
    """Spans are normalised all the same."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path / "folder")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[0] == "{'model_version': 'gpt-4o', 'input_tokens': 12} False", done.stderr
