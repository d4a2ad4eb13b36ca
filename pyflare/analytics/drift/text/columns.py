"""What of texts can drift, as columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from pyflare.analytics.drift.column import Categories, Column, Numbers
from pyflare.analytics.drift.text.embedding import Model, embed_texts
from pyflare.analytics.drift.text.language import language_of
from pyflare.analytics.drift.text.reading import read_texts
from pyflare.analytics.drift.text.refusal import is_refusal

_WORD: Final = re.compile(r"\w+")
_CODE: Final = re.compile(r"```|^\s{4,}\S.*[;{}()]\s*$|^(?:def|class|import|SELECT|function)\b", re.MULTILINE)

Texts = Sequence[str | None]


def text_columns(
    texts: Texts, *, name: str, is_answer: bool = False, model: Model | None = "auto"
) -> dict[str, Column]:
    """Turn a column of texts into columns that detectors compare: what is said, and how.

    Args:
        texts: None is missing, and missing in each column.
        name: Of the texts, such as `prompt`: the columns are called `prompt.words`, ….
        is_answer: Whether they are a model's answers; then whether each declines is a column too.
        model: What makes embeddings of them, as `embed_texts` says; None for no embeddings.

    Returns:
        `characters`, `words` and `digits` (the share of characters that are) as numbers; `language`, `form`
        (`question`, `code`, `list` or `text`) and for answers `refusal` (`yes`, `no`) as categories; and `embedding`.

    Raises:
        DataError: Something in them is no text.
        MissingExtraError: The model asked for is not installed.

    Examples:
        >>> columns = text_columns(["How do I pay?", None], name="prompt", model=None)
        >>> columns["prompt.words"].values.tolist(), columns["prompt.form"].levels
        ([4.0, nan], ('question',))
    """
    texts = read_texts(texts)
    columns: dict[str, Column] = {
        "characters": _numbers(texts, len),
        "words": _numbers(texts, lambda text: len(_WORD.findall(text))),
        "digits": _numbers(texts, _digits),
        "language": _categories(texts, lambda text: language_of(text) or "unknown"),
        "form": _categories(texts, form_of),
    }
    if is_answer:
        columns["refusal"] = _categories(texts, lambda text: "yes" if is_refusal(text) else "no")
    if model is not None:
        columns["embedding"] = embed_texts(texts, model=model)
    return {f"{name}.{part}": column for part, column in columns.items()}


def form_of(text: str) -> str:
    r"""Whether a text is code, a list, a question or plain text: the first of these that fits.

    Examples:
        >>> form_of("- one\n- two\n- three"), form_of("What is it? Thanks"), form_of("Do it.")
        ('list', 'question', 'text')
    """
    if _CODE.search(text):
        return "code"
    lines = [line.lstrip() for line in text.splitlines() if line.strip()]
    if sum(line.startswith(("-", "*", "•")) or bool(re.match(r"\d+[.)]\s", line)) for line in lines) >= 3:
        return "list"
    return "question" if re.search(r"[?？؟]", text) else "text"


def _digits(text: str) -> float:
    return sum(character.isdigit() for character in text) / max(1, len(text))


def _numbers(texts: Texts, measure: Callable[[str], float]) -> Numbers:
    values = (float("nan") if text is None else measure(text) for text in texts)
    return Numbers(values=np.fromiter(values, np.float64, len(texts)))


def _categories(texts: Texts, name_of: Callable[[str], str]) -> Categories:
    return Categories.of([None if text is None else name_of(text) for text in texts])
