"""A recorded request as a call of the library's own client, at an address of one's choice."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tests.integrations.exchanges import Exchange

Ask = Callable[[Exchange], Any]


@contextmanager
def client(library: str, url: str) -> Iterator[Ask]:
    """What makes the call that an exchange was recorded of."""
    with ExitStack() as stack:
        yield globals()[f"_{library.replace('-', '_')}"](url, stack)


def exhaust(result: Any) -> Any:
    """Take whatever a stream gives."""
    for _ in result:
        pass
    return result


def _given(function: Callable[..., Any], body: dict[str, Any]) -> dict[str, Any]:
    """The body as arguments; what the function does not know goes along as it is."""
    known = inspect.signature(function).parameters
    more = {name: value for name, value in body.items() if name not in known}
    return {**{name: value for name, value in body.items() if name in known}, **({"extra_body": more} if more else {})}


def _stainless(functions: dict[str, Callable[..., Any]]) -> Ask:
    def ask(exchange: Exchange) -> Any:
        function = next(function for end, function in functions.items() if exchange.path.endswith(end))
        result = function(**_given(function, exchange.body))
        return exhaust(result) if exchange.body.get("stream") else result

    return ask


def _openai(url: str, stack: ExitStack) -> Ask:
    import openai

    def functions(made: Any) -> dict[str, Callable[..., Any]]:
        return {
            "chat/completions": made.chat.completions.create,
            "completions": made.completions.create,
            "embeddings": made.embeddings.create,
            "responses": made.responses.create,
        }

    plain = _stainless(
        functions(stack.enter_context(openai.OpenAI(api_key="none", base_url=f"{url}/v1", max_retries=0)))
    )
    azure = openai.AzureOpenAI(api_key="none", azure_endpoint=url, api_version="2024-06-01", max_retries=0)
    there = _stainless(functions(stack.enter_context(azure)))
    return lambda exchange: (there if "azure.com" in exchange.uri else plain)(exchange)


def _anthropic(url: str, stack: ExitStack) -> Ask:
    import anthropic

    direct = anthropic.Anthropic(api_key="none", base_url=url, max_retries=0)
    keys = {"aws_access_key": "none", "aws_secret_key": "none", "aws_region": "us-east-1"}
    bedrock = anthropic.AnthropicBedrock(**keys, base_url=url, max_retries=0)
    stack.enter_context(direct)
    stack.enter_context(bedrock)
    plain = _stainless({"/messages": direct.messages.create})
    there = _stainless({"": bedrock.messages.create})

    def ask(exchange: Exchange) -> Any:
        if "/invoke" not in exchange.path:
            return plain(exchange)
        body = {name: value for name, value in exchange.body.items() if name != "anthropic_version"}
        return there(_with(exchange, {**body, "model": _model(exchange)}))

    return ask


def _with(exchange: Exchange, body: dict[str, Any]) -> Exchange:
    return replace(exchange, body=body)


def _model(exchange: Exchange) -> str:
    return exchange.path.split("/model/")[1].rpartition("/")[0]


def _groq(url: str, stack: ExitStack) -> Ask:
    import groq

    made = stack.enter_context(groq.Groq(api_key="none", base_url=url, max_retries=0))
    return _stainless({"chat/completions": made.chat.completions.create})


def _ollama(url: str, stack: ExitStack) -> Ask:
    import ollama

    made = stack.enter_context(ollama.Client(host=url))

    def ask(exchange: Exchange) -> Any:
        function = getattr(made, exchange.path.rpartition("/")[2])
        known = inspect.signature(function).parameters
        result = function(**{name: value for name, value in exchange.body.items() if name in known})
        return exhaust(result) if exchange.body.get("stream") else result

    return ask


def _mistralai(url: str, stack: ExitStack) -> Ask:
    from mistralai.client import Mistral

    made = stack.enter_context(Mistral(api_key="none", server_url=url))

    def ask(exchange: Exchange) -> Any:
        if exchange.path.endswith("embeddings"):
            body = dict(exchange.body)
            return made.embeddings.create(inputs=body.pop("input", None) or body.pop("inputs"), model=body["model"])
        function = made.chat.stream if exchange.body.get("stream") else made.chat.complete
        known = inspect.signature(function).parameters
        result = function(**{name: value for name, value in exchange.body.items() if name in known})
        return exhaust(result) if exchange.body.get("stream") else result

    return ask


def _cohere(url: str, stack: ExitStack) -> Ask:
    import cohere

    first, second = (
        stack.enter_context(kind(api_key="none", base_url=url)) for kind in (cohere.Client, cohere.ClientV2)
    )

    def ask(exchange: Exchange) -> Any:
        word = exchange.path.rpartition("/")[2]
        function = getattr(second if "/v2/" in exchange.path else first, word + "_stream" * exchange.streams)
        known = inspect.signature(inspect.unwrap(function)).parameters
        everything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
        body = {
            name: value for name, value in exchange.body.items() if name != "stream" and (everything or name in known)
        }
        result = function(**body)
        return exhaust(result) if exchange.streams else result

    return ask


def _google_genai(url: str, stack: ExitStack) -> Ask:
    from google import genai
    from google.oauth2.credentials import Credentials

    made = genai.Client(
        vertexai=True,
        project="test-project",
        location="test-location",
        credentials=Credentials(token="none"),
        http_options=genai.types.HttpOptions(base_url=url),
    )

    stack.callback(made.close)

    def ask(exchange: Exchange) -> Any:
        body = exchange.body
        config = {**(body.get("generationConfig") or {}), "system_instruction": body.get("systemInstruction")}
        model = exchange.path.rpartition("/")[2].partition(":")[0]
        function = made.models.generate_content_stream if exchange.streams else made.models.generate_content
        result = function(model=model, contents=body["contents"], config=config)
        return exhaust(result) if exchange.streams else result

    return ask


def _bedrock(url: str, stack: ExitStack) -> Ask:
    import boto3
    from botocore.config import Config

    made = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"max_attempts": 1}),
    )

    stack.callback(made.close)

    def ask(exchange: Exchange) -> Any:
        model, word = _model(exchange), exchange.path.rpartition("/")[2]
        if word == "converse":
            return made.converse(modelId=model, **exchange.body)
        if word == "converse-stream":
            return exhaust(made.converse_stream(modelId=model, **exchange.body)["stream"])
        body = json.dumps(exchange.body)
        if word == "invoke":
            return made.invoke_model(modelId=model, body=body)["body"].read()
        return exhaust(made.invoke_model_with_response_stream(modelId=model, body=body)["body"])

    return ask


def model_of(exchange: Exchange) -> str | None:
    """The model that a request names, in its body or its path."""
    if "/model/" in exchange.path:
        return unquote(_model(exchange)).rpartition("/")[2]
    if "/models/" in exchange.path:
        return exchange.path.rpartition("/")[2].partition(":")[0]
    return exchange.body.get("model")
