"""The built-in patterns: what each finds, what a text must contain for it to be looked for, how it is hashed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pyflare.tracing.redaction import numbers
from pyflare.tracing.redaction.numbers import Span

Finder = Callable[[str, int, int], Iterator[Span]]
"""Yields what lies in a text between two places, as spans in order. It may look at what lies around."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One kind of thing to hide, and what a text must have before it is looked for."""

    name: str
    find: Finder
    needs: tuple[str, ...] = ()
    """One of these."""
    needs_digit: bool = False
    needs_long_number: bool = False
    """It lies wholly in one of `find_long_numbers`."""
    canonical: Callable[[str], str] = str
    """Makes two ways to write one value equal, so that their hashes are."""


def expression(regex: re.Pattern[str]) -> Finder:
    """A finder of all matches of a regular expression."""

    def find(text: str, start: int, end: int) -> Iterator[Span]:
        return (match.span() for match in regex.finditer(text, start, end))

    return find


def _find_mails(text: str, start: int, end: int) -> Iterator[Span]:
    """Mail addresses: the domain first, then back over the name, for `@` is rare and letters are not."""
    for domain in _MAIL_DOMAIN.finditer(text, start, end):
        at = domain.start()
        name = _MAIL_NAME_BACKWARDS.match(text[max(start, at - _MAIL_NAME_CHARS) : at][::-1])
        if name is not None:
            yield at - name.end(), domain.end()


def _digits_and_letters(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in text if c.isalnum()).upper()


_MAIL_NAME_CHARS: Final = 64
_MAIL_NAME_BACKWARDS: Final = re.compile(r"[\w%+-](?:[\w.%+-]|'(?=\w))*+")
_MAIL_DOMAIN: Final = re.compile(r"@(?!\dx\.(?:png|jpe?g|gif|webp|svg))(?:\w[\w-]{0,62}+\.){1,8}[^\W\d_]{2,63}+")

_PRIVATE_KEY: Final = re.compile(
    # The body holds no five dashes, so a block that is cut off ends with the text.
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----(?:(?!-----)[\s\S])*+(?:-----END [A-Z0-9 ]{0,60}-----)?"
)
_URL_CREDENTIALS: Final = re.compile(r"(?<=://)[^\s/?#:\"<>]{0,128}+:[^\s/?#\"<>]{1,256}(?=@)")
_JWT: Final = re.compile(r"eyJ(?<![\w-]...)[\w-]{8,}+\.[\w-]{8,}+\.[\w-]{8,}+")
_BEARER: Final = re.compile(r"(?:(?<=[Bb]earer )|(?<=[Bb]asic ))(?=[A-Za-z._~+/=-]{0,64}\d)[\w.~+/-]{12,}+=*+")
_KEY_SHAPES: Final = (
    r"sk-[\w-]{16,}",  # OpenAI, Anthropic, OpenRouter, …
    r"[srp]k_(?:live|test)_\w{16,}",  # Stripe
    r"A[KS]IA[0-9A-Z]{16}",  # AWS
    r"AIza[\w-]{35}",  # Google
    r"gh[pousr]_\w{36,}",  # GitHub
    r"github_pat_\w{22,}",
    r"glpat-[\w-]{20,}",  # GitLab
    r"xox[abeoprs]-[\w-]{10,}",  # Slack
    r"hf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"npm_[A-Za-z0-9]{36}",
    r"SG\.[\w-]{22}\.[\w-]{43}",  # SendGrid
)
_API_KEY: Final = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_KEY_SHAPES)})")
_KEY_LITERALS: Final = ("_", "sk-", "AKIA", "ASIA", "AIza", "glpat-", "xox", "SG.")

_TABLE: Final = (
    Pattern(name="private_key", find=expression(_PRIVATE_KEY), needs=("PRIVATE KEY",)),
    Pattern(name="url_credentials", find=expression(_URL_CREDENTIALS), needs=("://",)),
    Pattern(name="jwt", find=expression(_JWT), needs=("eyJ",), needs_digit=True),
    Pattern(name="api_key", find=expression(_API_KEY), needs=_KEY_LITERALS, needs_digit=True),
    Pattern(name="bearer", find=expression(_BEARER), needs=("earer ", "asic "), needs_digit=True),
    Pattern(name="mail", find=_find_mails, needs=("@",), canonical=str.lower),
    Pattern(name="iban", find=numbers.find_ibans, needs_digit=True, canonical=_digits_and_letters),
    Pattern(name="card", find=numbers.find_cards, needs_long_number=True, canonical=_digits_and_letters),
    Pattern(name="ssn", find=numbers.find_ssns, needs_long_number=True, canonical=_digits_and_letters),
    Pattern(name="phone", find=numbers.find_phones, needs_long_number=True, canonical=_digits_and_letters),
    Pattern(name="ip", find=numbers.find_ips, needs_digit=True, canonical=str.lower),
)
PATTERNS: Final = {pattern.name: pattern for pattern in _TABLE}
"""Every built-in pattern by name. Where two overlap, the earlier one names what is hidden."""
