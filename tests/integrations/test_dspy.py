"""DSPy's real modules against a server on this machine."""

import asyncio
import copy
import json
import os

import pytest

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else importing it asks another host
dspy = pytest.importorskip("dspy")

import pyflare  # noqa: E402
from tests.integrations.cancelling import give_up  # noqa: E402
from tests.integrations.outline import counted, outline  # noqa: E402
from tests.integrations.provider import CHAT  # noqa: E402

ERROR = 2


def saying(**fields):
    """An answer in the form that DSPy asks for."""
    body = copy.deepcopy(CHAT)
    told = [f"[[ ## {name} ## ]]\n{value}" for name, value in {**fields, "completed": ""}.items()]
    body["choices"][0]["message"]["content"] = "\n\n".join(told)
    return body


@pytest.fixture(autouse=True)
def both(recorded):
    """The framework and the client that may be below it."""
    pyflare.instrument("dspy", "openai")


@pytest.fixture
def model(provider):
    provider.will(saying(answer="Four."))
    model = dspy.LM("openai/gpt-4o", api_base=f"{provider.url}/v1", api_key="k", cache=False, num_retries=0)
    with dspy.context(lm=model):
        yield model


def works(recorded):
    """The outline without the client's calls: versions differ in whether they make them by openai's client."""
    return [line for line in outline(recorded) if "chat gpt-4o" not in line]


def call():
    return dspy.Predict("question -> answer")(question="2 + 2?").answer


def acall():
    async def ask():
        return await dspy.Predict("question -> answer").acall(question="2 + 2?")

    return asyncio.run(ask()).answer


@pytest.mark.parametrize("way", [call, acall])
def test_module(model, recorded, way):
    """A module's call is a span, and its model's one below, counted once."""
    assert way() == "Four."
    assert works(recorded) == ["chain Predict", "  llm LM"]
    assert counted(recorded) == [20]
    module, run = recorded.one("Predict"), recorded.one("LM")
    assert json.loads(module.input)["question"] == "2 + 2?"
    assert json.loads(module.output) == {"answer": "Four."}
    assert [message["role"] for message in json.loads(run.input)] == ["system", "user"]
    assert "Four." in json.loads(run.output)[0]["parts"][0]["content"]
    assert (run.fields["model_id"], run.fields["provider"]) == ("gpt-4o", "openai")
    assert (run.fields["input_tokens"], run.fields["output_tokens"]) == (20, 3)


def test_agent(model, provider, recorded):
    """An agent's thoughts and tools hang below it, and what a tool does below that."""

    def add(a: int, b: int) -> int:
        """Add two numbers."""
        with pyflare.span("carry"):
            return a + b

    first = saying(next_thought="Add.", next_tool_name="add", next_tool_args=json.dumps({"a": 2, "b": 2}))
    then = saying(next_thought="Done.", next_tool_name="finish", next_tool_args="{}")
    provider.answers = [(200, body, 0.0) for body in (first, then, saying(reasoning="It is so.", answer="Four."))]
    assert dspy.ReAct("question -> answer", tools=[add])(question="2 + 2?").answer == "Four."
    lines = works(recorded)
    assert lines[:5] == ["agent ReAct", "  chain Predict", "    llm LM", "  tool add", "    span carry"]
    assert lines[5:8] == ["  chain Predict", "    llm LM", "  tool finish"]
    assert counted(recorded) == [20, 20, 20]
    tool = recorded.one("add")
    assert (json.loads(tool.input), json.loads(tool.output)) == ({"a": 2, "b": 2}, 4)


def test_side_by_side(model, recorded):
    """Calls that run in threads hang below the span that began them."""
    program = dspy.Predict("question -> answer")
    examples = [dspy.Example(question=str(number)).with_inputs("question") for number in range(3)]
    with pyflare.span("answer"):
        pyflare.propagate(dspy.Parallel(num_threads=3, disable_progress_bar=True))(
            [(program, example) for example in examples]
        )
    assert works(recorded).count("  llm LM") + works(recorded).count("    llm LM") == 3
    assert counted(recorded) == [20] * 3


def test_error(model, provider, recorded):
    """The provider's error reaches the program, and fails each span that it leaves."""
    provider.will({"error": {"message": "no such model", "type": "invalid_request_error"}}, status=404)
    with pytest.raises(Exception, match="no such model"):
        call()
    assert {span.status_code for span in recorded.ended()} == {ERROR}
    assert works(recorded)[:2] == ["chain Predict", "  llm LM"]


def test_cancel(model, provider, recorded):
    """A call that is cancelled ends its spans."""
    provider.will(CHAT, delay_s=30)

    async def ask():
        await give_up(provider, dspy.Predict("question -> answer").acall(question="2 + 2?"))

    asyncio.run(ask())
    assert works(recorded) == ["chain Predict", "  llm LM"]


def test_the_program_s_callbacks_stay(model, recorded):
    """Callbacks that the program has set are called as before, beside ours."""
    seen = []

    class Mine(dspy.utils.callback.BaseCallback):
        def on_module_start(self, call_id, instance, inputs):
            seen.append(type(instance).__name__)

    with dspy.context(callbacks=[Mine()]):
        call()
    assert seen == ["Predict"]
    assert works(recorded) == ["chain Predict", "  llm LM"]


def test_uninstrument_restores(model, recorded):
    """What was there before is there again, and nothing is recorded."""
    kind = type(dspy.settings)
    assert hasattr(kind.get, "__wrapped__")
    pyflare.uninstrument()
    assert not hasattr(kind.get, "__wrapped__")
    call()
    assert recorded.ended() == []


def test_a_fault(model, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations import dspy as integration

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(integration, "_model", fail)
    monkeypatch.setattr(integration, "_module", fail)
    assert call() == "Four."
    assert faults.pop("trace a run: ZeroDivisionError") == 2


def test_content_can_be_left_out(begin, model):
    """With content off, the spans have their numbers and none of the words."""
    recorded = begin(content="metrics-only")
    call()
    assert b"Four" not in recorded.raw_bytes()
    assert counted(recorded) == [20]
