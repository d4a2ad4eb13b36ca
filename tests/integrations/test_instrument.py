"""Putting integrations in place and taking them out again."""

import inspect
import subprocess
import sys

import pytest

import pyflare
from pyflare.errors import ConfigError
from pyflare.integrations import INTEGRATIONS
from pyflare.integrations.patch import Patch
from pyflare.tracing.guard import guard

openai = pytest.importorskip("openai")
ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "2 + 2?"}]}


@pytest.fixture
def ask(provider):
    with openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1", max_retries=0) as client:
        yield lambda: client.chat.completions.create(**ASK)


def test_all_that_is_installed(recorded):
    """Without names, whatever is installed is instrumented."""
    assert set(pyflare.instrument()) <= set(INTEGRATIONS)
    assert "openai" in pyflare.instrument()


def test_twice_is_once(ask, recorded):
    """Nothing is instrumented twice."""
    pyflare.instrument("openai")
    pyflare.instrument()
    ask()
    assert len(recorded.ended()) == 1


def test_uninstrument_restores(ask, recorded):
    """What was there before is there again."""
    from openai._base_client import AsyncAPIClient, SyncAPIClient

    before = SyncAPIClient.request, AsyncAPIClient.request
    pyflare.instrument("openai")
    assert SyncAPIClient.request is not before[0]
    pyflare.uninstrument("openai")
    assert (SyncAPIClient.request, AsyncAPIClient.request) == before
    ask()
    assert recorded.ended() == []


def test_uninstrument_below_another(ask, recorded, monkeypatch):
    """Where somebody has wrapped ours since, theirs stays and ours is off."""
    from openai._base_client import SyncAPIClient

    pyflare.instrument("openai")
    ours = SyncAPIClient.request
    seen = []
    monkeypatch.setattr(SyncAPIClient, "request", lambda *args, **kwargs: (seen.append(1), ours(*args, **kwargs))[1])
    pyflare.uninstrument()
    ask()
    assert (len(seen), recorded.ended()) == (1, [])


def test_before_init(ask):
    """Before `init`, an instrumented library works as if it were not."""
    pyflare.instrument("openai")
    assert ask().choices[0].message.content == "Four."


@pytest.mark.parametrize(
    ("name", "said"),
    [("openia", 'expected one of anthropic, .*openai, .*did you mean "openai"'), ("", "expected one of")],
)
def test_unknown(name, said):
    """Asked for by name, what is not known is an error that says what is."""
    with pytest.raises(ConfigError, match=said):
        pyflare.instrument(name)


def test_missing(monkeypatch):
    """Asked for by name, what is not installed is an error that says how to; unasked it is passed over."""
    monkeypatch.setattr("pyflare.integrations.applied.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pip install openai"):
        pyflare.instrument("openai")
    assert pyflare.instrument() == ()


def test_too_old(monkeypatch):
    """A version older than the tests know is said to be so."""
    monkeypatch.setattr("pyflare.integrations.applied.version", lambda _: "0.28.1")
    with pytest.raises(ConfigError, match=r"from version 1\.50 on; 0\.28 is installed"):
        pyflare.instrument("openai")


def test_a_library_that_changed(ask, recorded, monkeypatch, caplog, faults):
    """Where the library has another shape, nothing of it is traced, one warning says so, and it works."""
    from openai import _base_client

    class Changed:
        pass

    before = _base_client.SyncAPIClient.request
    monkeypatch.setattr(_base_client, "AsyncAPIClient", Changed)
    pyflare.instrument("openai")
    assert _base_client.SyncAPIClient.request is before
    (said,) = caplog.records
    assert "does not trace openai" in said.getMessage()
    ask()
    assert recorded.ended() == []
    assert faults.pop("instrument openai: AttributeError") == 1


def test_a_fault_in_an_integration(ask, recorded, monkeypatch, faults):
    """What an integration does wrong does not reach the program."""
    from pyflare.integrations.openai import chat

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(chat, "messages_of", fail)
    pyflare.instrument("openai")
    assert ask().choices[0].message.content == "Four."
    assert faults.pop("trace a call: ZeroDivisionError") == 1
    assert guard.faults == {}


def test_libraries_are_not_imported(tmp_path):
    """What the program has not imported is traced once it is, and not loaded before."""
    program = """
import sys
import pyflare
names = pyflare.instrument()
assert "openai" in names and "openai" not in sys.modules and "anthropic" not in sys.modules
import openai
from openai._base_client import SyncAPIClient
assert SyncAPIClient.request.__module__ == "openai._base_client"
assert hasattr(SyncAPIClient.request, "__wrapped__")
assert type(openai.__spec__.loader).__name__ == "SourceFileLoader"
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_patch_of_a_module_function():
    """A function of a module is taken and put back just as a method is."""
    import json

    before = json.dumps
    patch = Patch(owner=json, name="dumps", wrap=lambda dumps: lambda value: dumps([value]))
    patch.apply()
    assert json.dumps(1) == "[1]"
    patch.restore()
    assert json.dumps is before


def test_what_is_awaited_still_says_so(recorded):
    """Whoever asks whether a function is a coroutine function gets the same answer as before."""
    from openai._base_client import AsyncAPIClient, SyncAPIClient

    pyflare.instrument("openai")
    assert inspect.iscoroutinefunction(AsyncAPIClient.request)
    assert not inspect.iscoroutinefunction(SyncAPIClient.request)
