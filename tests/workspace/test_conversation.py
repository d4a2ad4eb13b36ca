"""Input and output of spans as conversations, in the shapes that programs write."""

from __future__ import annotations

from typing import Any

import pytest

from pyflare.workspace.conversation import chat_of, new_messages


def _texts(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(message["role"], part["text"]) for message in messages for part in message["parts"] if "text" in part]


OPENAI = {
    "model": "gpt-4o",
    "tools": [{"type": "function", "function": {"name": "look_up"}}],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"id": 1}'}}]},
        {"role": "tool", "tool_call_id": "c1", "content": '{"found": true}'},
    ],
}  # fmt: skip
PARTS = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
    {
        "role": "user",
        "parts": [
            {"type": "text", "content": "What is this?"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AA=="},
        ],
    },
    {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "look_up", "arguments": {"id": 1}}]},
    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"found": True}}]},
]


@pytest.mark.parametrize("input", [OPENAI, PARTS], ids=["openai", "parts"])
def test_one_conversation_in_two_shapes(input):
    """A request body of OpenAI and messages of parts read the same: texts, image, call and its result by id."""
    output = {"choices": [{"message": {"role": "assistant", "content": "A lamp."}, "finish_reason": "stop"}]}
    chat = chat_of(kind="llm", input=input, output=output, attributes={})
    assert chat is not None
    parts = [part for message in chat.messages for part in message["parts"]]
    assert [part["type"] for part in parts] == ["text", "text", "image", "tool_call", "tool_result"]
    assert parts[2]["url"] == "data:image/png;base64,AA=="
    assert (parts[3]["id"], parts[3]["name"], parts[3]["arguments"]) == ("c1", "look_up", {"id": 1})
    assert (parts[4]["id"], parts[4]["result"]) == ("c1", {"found": True})
    assert _texts(chat.answers) == [("assistant", "A lamp.")]
    assert chat.answers[0]["finish_reason"] == "stop"


def test_definitions_of_tools():
    """The tools that were offered come from the request, or from an attribute that holds them as JSON."""
    tools = [{"type": "function", "function": {"name": "look_up"}}]
    from_request = chat_of(kind="llm", input=OPENAI, output="x", attributes={})
    held = {"gen_ai.tool.definitions": '[{"type": "function", "function": {"name": "look_up"}}]'}
    from_attribute = chat_of(kind="llm", input=PARTS, output="x", attributes=held)
    assert from_request is not None
    assert from_attribute is not None
    assert from_request.tools == from_attribute.tools == tools


@pytest.mark.parametrize(
    "output",
    [
        [{"id": "a", "score": 0.5, "content": "lamps", "metadata": {"page": 3}}],
        {"hits": [{"passage": {"id": "a", "text": "lamps", "page": 3}, "score": 0.5}]},
    ],
    ids=["documents", "wrapped"],
)
def test_documents(output):
    """What a retriever gave are documents, also where their text lies one level down."""
    chat = chat_of(kind="retriever", input="lamps?", output=output, attributes={})
    assert chat is not None
    assert chat.documents == [{"id": "a", "text": "lamps", "score": 0.5, "metadata": {"page": 3}}]
    assert _texts(chat.messages) == [("user", "lamps?")]
    assert chat.answers == []


def test_what_is_no_conversation():
    """Arguments and results of a function are none; what a model call took is shown whatever it is."""
    assert chat_of(kind="tool", input={"order": "A1"}, output={"state": "shipped"}, attributes={}) is None
    assert chat_of(kind="chain", input=[1, 2], output=None, attributes={}) is None
    chat = chat_of(kind="llm", input={"temperature": 1}, output=["a", "b"], attributes={})
    assert chat is not None
    assert chat.messages[0]["parts"] == [{"type": "json", "value": {"temperature": 1}}]
    assert chat.answers[0]["parts"] == [{"type": "json", "value": ["a", "b"]}]


def test_turns_repeat_no_history():
    """A turn that was given the conversation so far adds only what is new; a question asked twice stays."""

    def turn(*said: str) -> Any:
        roles = ("user", "assistant") * len(said)
        *before, last = [{"role": role, "content": text} for role, text in zip(roles, said, strict=False)]
        return chat_of(kind="llm", input=before, output=[last], attributes={})

    seen: set[bytes] = set()
    assert len(new_messages(turn("hello", "hi"), seen)) == 2
    assert _texts(new_messages(turn("hello", "hi", "again?", "yes"), seen)) == [
        ("user", "again?"),
        ("assistant", "yes"),
    ]
    assert _texts(new_messages(turn("hello", "hi", "again?", "yes", "again?", "yes!"), seen)) == [
        ("user", "again?"),
        ("assistant", "yes!"),
    ]
