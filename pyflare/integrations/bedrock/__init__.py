"""Amazon Bedrock by boto3: Converse and InvokeModel, whole and streamed, for the usual families of models.

All of botocore's calls go through one method of its client, which retries by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botocore.client import BaseClient

from pyflare.integrations.bedrock import converse, invoke, pieces
from pyflare.integrations.bedrock.streams import FollowedBody, FollowedEvents
from pyflare.integrations.call import Answered, AnySpan, Asked, Current, begin, end
from pyflare.integrations.patch import Patch
from pyflare.tracing.guard import guard

Read = Callable[[Mapping[str, Any]], Asked]

_ASKED: Final[dict[str, Read]] = {
    "Converse": converse.ask,
    "ConverseStream": converse.ask_stream,
    "InvokeModel": invoke.ask,
    "InvokeModelWithResponseStream": invoke.ask_stream,
}


def _traced(original: Callable[..., Any]) -> Callable[..., Any]:
    def traced(self: Any, operation_name: str, api_params: Any) -> Any:
        read = _ASKED.get(operation_name)
        if read is None or self.meta.service_model.service_name != "bedrock-runtime":
            return original(self, operation_name, api_params)
        span = begin(lambda: read(api_params))
        if span is None:
            return original(self, operation_name, api_params)
        with Current(span):
            result = original(self, operation_name, api_params)
        _settle(operation_name, span, result)
        return result

    return traced


def _settle(operation: str, span: AnySpan, result: Any) -> None:
    """End the span with the result, or have its stream or body end it. Never raises."""
    try:
        match operation:
            case "ConverseStream":
                result["stream"] = FollowedEvents(result["stream"], span, converse.Pieces())
                return
            case "InvokeModelWithResponseStream":
                result["body"] = FollowedEvents(result["body"], span, pieces.Pieces())
                return
            case "InvokeModel":
                body = result["body"]
                body._raw_stream = FollowedBody(body._raw_stream, span, invoke.Body(result))
                return
    except Exception as error:
        guard.fault("follow a stream", error)
    end(span, lambda: converse.answer(result) if operation == "Converse" else Answered())


def patches() -> Sequence[Patch]:
    """What is traced."""
    return [Patch(owner=BaseClient, name="_make_api_call", wrap=_traced)]
