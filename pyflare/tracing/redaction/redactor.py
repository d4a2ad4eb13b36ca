"""The one place that content passes before it reaches a disk or a network."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from pyflare.tracing.redaction.config import RedactionConfig
from pyflare.tracing.redaction.fields import Action, FieldRules
from pyflare.tracing.redaction.patterns import PATTERNS, Pattern, expression
from pyflare.tracing.redaction.scanner import Replace, Scanner

WITHHELD: Final = "[withheld: redaction failed]"
WITHHELD_JSON: Final = msgspec.json.encode(WITHHELD)
REDACTED: Final = "[redacted]"
MASKED: Final = "[masked]"
NO_CONTENT: Final = "[withheld: metrics only]"
METRICS_ONLY_ATTRIBUTES: Final = frozenset(
    {
        "db.operation.name",
        "db.system.name",
        "deployment.environment.name",
        "enduser.id",
        "error.type",
        "exception.type",
        "gen_ai.agent.id",
        "gen_ai.agent.name",
        "gen_ai.conversation.id",
        "gen_ai.operation.name",
        "gen_ai.output.type",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.finish_reasons",
        "gen_ai.response.id",
        "gen_ai.response.model",
        "gen_ai.system",
        "gen_ai.tool.call.id",
        "gen_ai.tool.name",
        "gen_ai.tool.type",
        "http.request.method",
        "http.route",
        "messaging.operation.name",
        "messaging.system",
        "network.protocol.name",
        "openinference.span.kind",
        "rpc.method",
        "rpc.service",
        "rpc.system",
        "server.address",
        "service.name",
        "session.id",
        "url.scheme",
        "user.id",
    }
)
"""Attributes whose text is a kind, a name or an id, and no content: kept where no content is."""
_HASH_HEX_DIGITS: Final = 16
_SMALLEST_CARD: Final = 10**12
_T = TypeVar("_T")


class Redactor:
    """A `RedactionConfig`, compiled. Safe to share between threads; never raises.

    Where something fails, the content is withheld and `on_failure` is told the
    field and the kind of error, never the content.
    """

    def __init__(self, config: RedactionConfig, *, on_failure: Callable[[str], None]) -> None:
        self.metrics_only: Final = config.metrics_only
        """Whether no content is kept, so that there is no need to capture any."""
        self._key = config.key
        self._rules = FieldRules(config.fields)
        self._scanner = Scanner([(pattern, self._replace(pattern, act)) for pattern, act in _patterns(config)])
        self._on_failure = on_failure

    def redact_json(self, data: bytes, *, field: str = "input") -> bytes:
        """JSON with what must not be seen replaced, in string values and by path under `field`; keys stay.

        The same object where there was nothing to hide; always valid JSON.
        """
        if self.metrics_only:
            return b"null"
        return self._guarded(field, lambda: self._redact_json(data, field), WITHHELD_JSON)

    def redact_attributes(self, attributes: dict[str, Any], *, field: str = "attributes") -> dict[str, Any]:
        """Attributes with what must not be seen replaced. The same object where there was nothing to hide."""
        if self.metrics_only:
            return self._guarded(field, lambda: self._metrics_only(attributes, field), {})
        return self._guarded(field, lambda: self._members(attributes, field, None), {})

    def redact_text(self, text: str, *, field: str = "text") -> str:
        """A text, such as a status message, with what must not be seen replaced."""
        if self.metrics_only:
            return NO_CONTENT
        return self._guarded(field, lambda: self._value(text, field, field, None), WITHHELD)

    def _guarded(self, field: str, redact: Callable[[], _T], withheld: _T) -> _T:
        try:
            return redact()
        except Exception as error:
            with contextlib.suppress(Exception):
                self._on_failure(f"{field}: {type(error).__name__}")
            return withheld

    def _redact_json(self, data: bytes, field: str) -> bytes:
        value = msgspec.json.decode(data)
        redacted = self._value(value, field, field, None)
        return data if redacted is value else msgspec.json.encode(redacted)

    def _value(self, value: Any, path: str, name: str, inherited: Action | None) -> Any:
        action = (self._rules.action(path, name) or inherited) if self._rules else None
        if action == "redact":
            return REDACTED
        if isinstance(value, dict):
            return self._members(value, path, action)
        if isinstance(value, (list, tuple)):
            items = [self._value(item, path, name, action) for item in value]
            return value if all(map(_is, items, value)) else items
        return self._leaf(value, action)

    def _members(self, members: dict[str, Any], path: str, action: Action | None) -> dict[str, Any]:
        redacted = members
        for name, value in members.items():
            new = self._value(value, f"{path}.{name}", name, action)
            if new is not value:
                if redacted is members:
                    redacted = dict(members)
                redacted[name] = new
        return redacted

    def _leaf(self, value: Any, action: Action | None) -> Any:
        if value is None or action == "allow":
            return value
        if action == "mask":
            return MASKED
        if action == "hash":
            return f"[hash:{self._hash(value if isinstance(value, str) else msgspec.json.encode(value).decode())}]"
        if isinstance(value, str):
            return self._scanner.redact(value)
        if isinstance(value, int) and value >= _SMALLEST_CARD:
            return self._scan_as(str(value), value)
        if isinstance(value, bytes):
            return self._scan_as(value.decode(errors="replace"), value)
        return value

    def _scan_as(self, text: str, value: Any) -> Any:
        """The redacted text of a value that is not one, or the value where there is nothing to hide."""
        redacted = self._scanner.redact(text)
        return value if redacted is text else redacted

    def _metrics_only(self, attributes: dict[str, Any], field: str) -> dict[str, Any]:
        return {
            name: value
            for name, value in attributes.items()
            if isinstance(value, (int, float))
            or name in METRICS_ONLY_ATTRIBUTES
            or self._rules.action(f"{field}.{name}", name) == "allow"
        }

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:_HASH_HEX_DIGITS]

    def _replace(self, pattern: Pattern, action: Action) -> Replace:
        if action == "hash":
            return lambda found: f"[{pattern.name}:{self._hash(pattern.canonical(found))}]"
        replacement = REDACTED if action == "redact" else f"[{pattern.name}]"
        return lambda _: replacement


def _is(one: object, other: object) -> bool:
    return one is other


def _patterns(config: RedactionConfig) -> list[tuple[Pattern, Action]]:
    """What to look for, the user's own patterns first, with what to do about it."""
    custom = [Pattern(name=name, find=expression(re.compile(regex))) for name, regex in config.custom.items()]
    patterns = [*custom, *(PATTERNS[name] for name in config.pattern_names)]
    actions = [(pattern, config.actions.get(pattern.name, config.action)) for pattern in patterns]
    return [(pattern, action) for pattern, action in actions if action != "allow"]
