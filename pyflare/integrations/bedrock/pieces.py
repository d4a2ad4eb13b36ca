"""InvokeModel's streams: what each family of models sends, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pyflare.integrations.bedrock import converse, invoke
from pyflare.integrations.call import Answered

_CONVERSE: Final = frozenset({"messageStart", "contentBlockStart", "contentBlockDelta", "messageStop", "metadata"})
_METRICS: Final = "amazon-bedrock-invocationMetrics"


class Pieces:
    """Puts an answer together, in the shape that the family gives it whole."""

    def __init__(self) -> None:
        self._converse = converse.Pieces()
        self._is_converse = False
        self._texts: list[str] = []
        self._body: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Take note of an event."""
        data = (chunk.get("chunk") or {}).get("bytes")
        event = json.loads(data) if data else {}
        self._body |= event.pop(_METRICS, None) or {}
        if _CONVERSE & event.keys():
            self._is_converse = True
            self._converse.add(event)
        elif isinstance(event.get("type"), str):
            self._claude(event)
        else:
            self._text(event)

    def _text(self, event: Mapping[str, Any]) -> None:
        """A piece of a text, whatever the family calls it."""
        for said, word in invoke.choices(event) or [(event.get("outputText"), event.get("completionReason"))]:
            self._texts.append(said if isinstance(said, str) else "")
            if word:
                self._body["stop_reason"] = word
        self._body |= {name: event[name] for names in invoke.COUNTS.values() for name in names if event.get(name)}

    def _claude(self, event: Mapping[str, Any]) -> None:
        """An event of Anthropic's messages."""
        match event["type"]:
            case "message_start":
                self._body |= event["message"]
            case "content_block_start":
                self._blocks[event["index"]] = {**event["content_block"]}
            case "content_block_delta":
                self._extend(self._blocks.setdefault(event["index"], {}), event["delta"])
            case "message_delta":
                self._body["stop_reason"] = event["delta"].get("stop_reason")
                self._body["usage"] = {**(self._body.get("usage") or {}), **(event.get("usage") or {})}

    @staticmethod
    def _extend(block: dict[str, Any], delta: Mapping[str, Any]) -> None:
        for name in ("text", "thinking"):
            if isinstance(delta.get(name), str):
                block[name] = block.get(name, "") + delta[name]
        if delta.get("partial_json"):
            before = block.get("input")
            block["input"] = (before if isinstance(before, str) else "") + delta["partial_json"]

    def answered(self) -> Answered:
        """What has come so far."""
        if self._is_converse:
            return self._converse_answered()
        if self._blocks:
            content = [block for _, block in sorted(self._blocks.items())]
            return invoke.answer({**self._body, "content": content})
        return invoke.answer({**self._body, "completion": "".join(self._texts)})

    def _converse_answered(self) -> Answered:
        """With the stream's own counts where its events had none."""
        found = self._converse.answered()
        counts = {name: value for name, value in invoke.tokens(self._body).items() if value is not None}
        return Answered(output=found.output, columns={**counts, **found.columns})
