"""litellm's proxy: a callback that keeps each of its calls as a span.

In the proxy's `config.yaml`:

    litellm_settings:
      callbacks: pyflare.integrations.litellm_proxy.callback
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from litellm.integrations.custom_logger import CustomLogger

import pyflare
from pyflare.integrations.call import Answered, Asked, begin, end
from pyflare.integrations.litellm import provider_and_model
from pyflare.integrations.method import plain
from pyflare.integrations.openai_protocol import chat
from pyflare.tracing import state
from pyflare.tracing.guard import guard
from pyflare.tracing.span import Span

_SCOPE: Final = {"user_api_key_end_user_id": "user", "user_api_key_team_id": "team", "session_id": "session"}
"""The word of `pyflare.context` by the name in the call's metadata."""


class PyFlareCallback(CustomLogger):  # type: ignore[misc]
    """Keeps calls. Where `pyflare.init` has not been called, it is, with the settings of the environment."""

    def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Called by litellm."""
        self._keep(kwargs, start_time, end_time, response_obj, None)

    async def async_log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Called by litellm."""
        self._keep(kwargs, start_time, end_time, response_obj, None)

    def log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Called by litellm."""
        self._keep(kwargs, start_time, end_time, response_obj, kwargs.get("exception"))

    async def async_log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Called by litellm."""
        self._keep(kwargs, start_time, end_time, response_obj, kwargs.get("exception"))

    @staticmethod
    def _keep(kwargs: Mapping[str, Any], began: datetime, ended: datetime, answer: Any, error: Any) -> None:
        """A span for a call that is over. Never raises."""
        try:
            if state.runtime is None:
                pyflare.init(service="litellm")
            scope = _scope((kwargs.get("litellm_params") or {}).get("metadata") or {})
            with pyflare.context(**scope):
                span = begin(lambda: _asked(kwargs))
            if span is None:
                return
            if isinstance(span, Span):
                span.backdate(_unix_ns(began))
                span.details.duration_ns = max(_unix_ns(ended) - _unix_ns(began), 0)
            if isinstance(error, BaseException):
                span.fail(error)
            else:
                end(span, lambda: chat.answered(plain(answer)) if answer is not None else Answered())
        except Exception as fault:
            guard.fault("keep a call of litellm's proxy", fault)


def _asked(kwargs: Mapping[str, Any]) -> Asked:
    provider, model = provider_and_model(str(kwargs.get("model")), kwargs.get("custom_llm_provider"))
    more = kwargs.get("optional_params") or {}
    return chat.ask({**more, "model": model, "messages": kwargs.get("messages") or []}, provider)


def _scope(metadata: Mapping[str, Any]) -> dict[str, str]:
    return {word: str(metadata[name]) for name, word in _SCOPE.items() if metadata.get(name)}


def _unix_ns(moment: datetime) -> int:
    return int(moment.timestamp() * 1e9)


callback: Final = PyFlareCallback()
