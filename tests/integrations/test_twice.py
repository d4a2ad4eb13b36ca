"""A client that PyFlare and somebody else's instrumentation trace at once."""

import subprocess
import sys

import pytest

from tests.integrations.provider import CHAT, chat_chunks

pytest.importorskip("duckdb")
PROGRAM = """
import importlib, sys
import openai, pyflare
from opentelemetry import trace

module, url, folder, ours_first = sys.argv[1:]
pyflare.init(service="t", path=folder)
steps = [
    lambda: pyflare.instrument("openai"),
    lambda: importlib.import_module(module).OpenAIInstrumentor().instrument(tracer_provider=pyflare.tracer_provider()),
]
for step in steps if ours_first == "True" else reversed(steps):
    step()
client = openai.OpenAI(api_key="k", base_url=url, max_retries=0)
ask = {"model": "gpt-4o", "messages": [{"role": "user", "content": "2 + 2?"}]}
with pyflare.span("answer"):
    client.chat.completions.create(**ask)
with pyflare.span("stream"):
    for _ in client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True}):
        pass
pyflare.shutdown()
with pyflare.open(folder) as found:
    query = "SELECT sum(input_tokens), sum(output_tokens), count(*) FROM spans "
    query += "WHERE usage_repeated IS NOT TRUE AND model_id IS NOT NULL"
    print(*found.sql(query).to_pylist()[0].values())
    print(*found.sql("SELECT sum(input_tokens), sum(output_tokens) FROM traces").to_pylist()[0].values())
"""
OTHERS = (
    "openinference.instrumentation.openai",
    "opentelemetry.instrumentation.openai",
    "opentelemetry.instrumentation.openai_v2",
)


@pytest.mark.parametrize("ours_first", [True, False])
@pytest.mark.parametrize("module", [OTHERS[0], *(pytest.param(other, marks=pytest.mark.slow) for other in OTHERS[1:])])
def test_tokens_count_once(provider, tmp_path, module, ours_first):
    """Whoever came first, the tokens of a call count once, in its spans and in its trace."""
    pytest.importorskip(module)
    provider.answers = [(200, CHAT, 0.0), (200, chat_chunks("Four."), 0.0)]
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, module, f"{provider.url}/v1", tmp_path, str(ours_first)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == ["40 6 2", "40 6"]
