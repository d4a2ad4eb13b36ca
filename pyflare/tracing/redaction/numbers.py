"""Where numbers that identify somebody lie in a text: cards, phones, IBANs, social security numbers, addresses.

A regular expression proposes, a check disposes: digits are also timestamps,
identifiers, versions and measurements. Expressions start with the characters
they look for and look behind afterwards, because `re` skips ahead only over a
leading character set. Digits of any script count in cards, social
security numbers and phones with a plus.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Final

from pyflare.tracing.redaction.checksums import iban_holds, iban_length, luhn_holds

Span = tuple[int, int]
"""Start and end, in characters."""

_DASHES: Final = "\\-\u2010-\u2015"
_LONG_NUMBER: Final = re.compile(rf"\d[\d ().\-/\u00a0{_DASHES}]{{8,}}+")
_LONG_NUMBER_ASCII: Final = re.compile(r"[0-9][0-9 ().\-/]{8,}+")
_LONG_NUMBER_DIGITS: Final = 9
_CARD_RUN: Final = re.compile(
    rf"\d(?<!\w\d)(?<!\d\.\d)\d*+(?:[ \u00a0{_DASHES}]\d++){{0,8}}+(?!\w|\.\d)",
)
_DIGITS: Final = re.compile(r"\d+")
_CARD_LAYOUTS: Final = {(size,) for size in range(13, 20)} | {
    (4, 4, 4, 4),
    (4, 4, 4, 4, 1),
    (4, 4, 4, 4, 2),
    (4, 4, 4, 4, 3),
    (4, 6, 5),
    (4, 6, 4),
}
"""How cards are written: in one piece, or in groups as they are embossed."""
_CARD_ISSUERS: Final = re.compile(r"4|5|6|3[04-9]|2[2-7]")

_PHONE: Final = re.compile(
    rf"""
    [+(0-9](?<!\w.)(?<!\d[.:/,{_DASHES}].)
    (?:
        (?<=\+)(?!0)\d(?:[ ().\-/\u00a0]{{0,3}}\d){{8,14}}+                    # +49 (0) 30 1234567
      | (?<!\d[ ].)(?:
            (?<=0)0[1-9]\d{{0,2}}(?=[ ()\-/])(?:[ ()\-/]{{0,3}}\d){{7,13}}+  # 0049 30 1234567
          | (?<=0)(?!\d([-/ ])\d\d\1(?:\d{{4}}|\d\d(?!\1))(?!\d))              # not 01-15-2024
            [1-9]\d{{0,4}}(?:[ \-/]{{1,3}}\d{{2,8}}){{1,4}}+                 # 020 7946 0958, 030/1234567
          | (?<=1)[ .\-][(]?[2-9]\d\d[)]?[ .\-][2-9]\d\d[ .\-]\d{{4}}        # 1-415-555-2671
          | (?<=[(])[2-9]\d\d[)][ .\-]?[2-9]\d\d[ .\-]\d{{4}}                # (415) 555-2671
          | (?<=[2-9])\d\d[ .\-][2-9]\d\d[ .\-]\d{{4}}                       # 415-555-2671
        )
    )
    (?!\w|[{_DASHES}.:]\d)
    """,
    re.VERBOSE,
)
_PHONE_DIGITS: Final = range(9, 16)
_TRUNK_DIGITS: Final = range(9, 13)

_IBAN: Final = re.compile(r"[A-Z](?<!\w[A-Z])[A-Z]\d\d(?:[ \-\u00a0]?[A-Z0-9]){11,30}+", re.ASCII)
_SSN: Final = re.compile(
    rf"\d(?<!\w\d)(?<![{_DASHES}.]\d)(?<!000|666)\d\d(?<!000|666)(?<!9\d\d)([{_DASHES}])(?!00)\d\d\1(?!0000)\d{{4}}"
    rf"(?!\w|[{_DASHES}]\w|\.\d)",
)
_IPV4: Final = re.compile(r"\d(?<![\w.]\d)(?<!(?<!/)/\d)\d{0,2}+(?:\.\d{1,3}+){3}(?!\w|\.\d)", re.ASCII)
_IPV4_TAIL: Final = re.compile(r"\.\d{1,3}\.\d{1,3}\.\d", re.ASCII)
_VERSION_BEFORE: Final = re.compile(r"(?i:version|release|build|ver)[\s:=.\"']{0,3}\Z")
_IPV6_TAIL: Final = re.compile(r":(?::|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:)")
_IPV6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}+[0-9.]{0,13}+(?!\w)")


def ascii_digits(text: str) -> str:
    """The digits of a text, of whatever script, as ASCII."""
    return "".join(str(int(character)) for character in text if character.isdecimal())


def find_long_numbers(text: str) -> list[Span]:
    """Where nine digits or more follow one another closely, with a little room on both sides.

    Cards, phones and social security numbers are looked for only there.
    """
    regex = _LONG_NUMBER_ASCII if text.isascii() else _LONG_NUMBER
    return [
        (max(0, match.start() - 2), match.end() + 2)
        for match in regex.finditer(text)
        if sum(map(str.isdecimal, match[0])) >= _LONG_NUMBER_DIGITS
    ]


def find_cards(text: str, start: int, end: int) -> Iterator[Span]:
    """Payment cards: as cards are grouped, of a known issuer, with a valid check digit."""
    for run in _CARD_RUN.finditer(text, start, end):
        if len(run[0]) < 13:
            continue
        groups = [group.span() for group in _DIGITS.finditer(text, *run.span())]
        first = 0
        while first < len(groups):
            count = _card_groups(text, groups[first:])
            if count:
                yield groups[first][0], groups[first + count - 1][1]
            first += count or 1


def _card_groups(text: str, groups: list[Span]) -> int:
    """How many groups of digits, from the first on, make a card: 0 if none do."""
    for count in range(min(5, len(groups)), 0, -1):
        if tuple(end - start for start, end in groups[:count]) in _CARD_LAYOUTS:
            digits = ascii_digits(text[groups[0][0] : groups[count - 1][1]])
            if _CARD_ISSUERS.match(digits) and luhn_holds(digits):
                return count
    return 0


def find_phones(text: str, start: int, end: int) -> Iterator[Span]:
    """Phone numbers that are written as such: with a plus, a trunk prefix or separators."""
    for match in _PHONE.finditer(text, start, end):
        wanted = _TRUNK_DIGITS if match[0][0] == "0" and match[0][1] != "0" else _PHONE_DIGITS
        if sum(map(str.isdecimal, match[0])) in wanted:
            yield match.span()


def find_ibans(text: str, start: int, end: int) -> Iterator[Span]:
    """IBANs of the right length for their country, with valid check digits."""
    for match in _IBAN.finditer(text, start, end):
        length = iban_length(match[0][:2])
        positions = [index for index, character in enumerate(match[0]) if character.isalnum()]
        if length is None or len(positions) < length:
            continue
        end = positions[length - 1] + 1
        follows = text[match.start() + end : match.start() + end + 1]
        if not follows.isalnum() and iban_holds("".join(filter(str.isalnum, match[0][:end]))):
            yield match.start(), match.start() + end


def find_ssns(text: str, start: int, end: int) -> Iterator[Span]:
    """Social security numbers of the United States, written with dashes."""
    return (match.span() for match in _SSN.finditer(text, start, end))


def find_ips(text: str, start: int, end: int) -> Iterator[Span]:
    """IPv4 and IPv6 addresses; not the versions that look like them."""
    if _IPV4_TAIL.search(text, start, end):
        for match in _IPV4.finditer(text, start, end):
            before = text[max(0, match.start() - 12) : match.start()]
            if all(int(part) < 256 for part in match[0].split(".")) and not _VERSION_BEFORE.search(before):
                yield match.span()
    if _IPV6_TAIL.search(text, start, end):
        yield from _find_ipv6(text, start, end)


def _find_ipv6(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _IPV6.finditer(text, start, end):
        address = match[0].rstrip(".")
        if address.endswith(":") and not address.endswith("::"):
            address = address[:-1]
        # Without a digit it is rather a name such as `face::add`.
        if any(map(str.isdecimal, address)) and _is_ipv6(address):
            yield match.start(), match.start() + len(address)


def _is_ipv6(address: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):  # ValueError: a character that is not ASCII
        return False
    return True
