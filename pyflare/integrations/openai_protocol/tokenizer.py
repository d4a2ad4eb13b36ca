"""OpenAI's tokenizer where it is on this machine already: tiktoken, and an encoding that need not be downloaded.

Loading an encoding takes a good part of a second, so a thread does it, and what
ends before is not counted.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from pyflare.tracing.guard import guard

_ENCODINGS: Final = "https://openaipublic.blob.core.windows.net/encodings/"
_SHA256: Final = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
"""Of the files that tiktoken keeps; it would download one that differs anew."""
MOST_CHARACTERS: Final = 200_000
"""Longer texts are not counted: it would take the program too long."""
_MOST_MODELS: Final = 64

_known: Final[dict[str, Any]] = {}
_loading: Final[dict[str, threading.Thread]] = {}


def prepare(model: object) -> None:
    """Load a model's encoding, unless that is done or under way. Never waits."""
    if isinstance(model, str) and model not in _loading and len(_loading) < _MOST_MODELS:
        _loading[model] = thread = threading.Thread(target=_load, args=(model,), name="pyflare-tokenizer", daemon=True)
        thread.start()


def count(model: object, texts: Iterable[str]) -> int | None:
    """How many tokens the texts are; None where there is no encoding for the model, or too much to count."""
    encoding = _known.get(str(model))
    found = [*texts]
    if encoding is None or sum(map(len, found)) > MOST_CHARACTERS:
        return None
    return sum(len(encoding.encode_ordinary(text)) for text in found)


def _load(model: str) -> None:
    try:
        import tiktoken
    except ImportError:
        return
    try:
        name = tiktoken.encoding_name_for_model(model)
        if name in tiktoken.registry.ENCODINGS or _is_here(name):
            _known[model] = tiktoken.get_encoding(name)
    except KeyError:  # of somebody else
        return
    except Exception as error:
        guard.fault("load a tokenizer", error)


def _is_here(name: str) -> bool:
    """Whether tiktoken has the encoding's file, whole, where it looks for it."""
    places = (os.environ.get("TIKTOKEN_CACHE_DIR"), os.environ.get("DATA_GYM_CACHE_DIR"))
    place = next((place for place in places if place is not None), f"{tempfile.gettempdir()}/data-gym-cache")
    key = hashlib.sha1(f"{_ENCODINGS}{name}.tiktoken".encode(), usedforsecurity=False).hexdigest()
    file = Path(place, key)
    return bool(place) and file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == _SHA256.get(name)
