"""What each pattern finds, what it leaves alone, and that no text makes it slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.tracing.redaction.config import PATTERN_NAMES
from pyflare.tracing.redaction.patterns import PATTERNS
from pyflare.tracing.redaction.scanner import Scanner

SCANNER = Scanner([(pattern, lambda found: "*" * len(found)) for pattern in PATTERNS.values()])

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc+/==\n-----END RSA PRIVATE KEY-----"


def found(text: str) -> list[tuple[str, str]]:
    """The names of what is found in a text, and the text hidden."""
    return [(list(PATTERNS)[item.rank], text[item.start : item.end]) for item in SCANNER.find(text)]


POSITIVES = [
    ("mail", "write to ann@example.com.", "ann@example.com"),
    ("mail", "<Ann.O'Brien+news@mail.example.co.uk>", "Ann.O'Brien+news@mail.example.co.uk"),
    ("mail", "ünïcode@exämple.de", "ünïcode@exämple.de"),
    ("mail", "x,first_last@sub-domain.example.museum,y", "first_last@sub-domain.example.museum"),
    ("card", "4111111111111111", "4111111111111111"),
    ("card", "card 4111 1111 1111 1111 exp 12/26", "4111 1111 1111 1111"),
    ("card", "card 4111-1111-1111-1111 12/26", "4111-1111-1111-1111"),
    ("card", "4111111111111111 12/26", "4111111111111111"),
    ("card", "amex 3782 822463 10005", "3782 822463 10005"),
    ("card", "378282246310005", "378282246310005"),
    ("card", "diners 3056 930902 5904", "3056 930902 5904"),
    ("card", "12,5555555555554444,x", "5555555555554444"),
    ("card", "mir 2200000000000004.", "2200000000000004"),
    ("card", "४१११ ११११ ११११ ११११", "४१११ ११११ ११११ ११११"),
    ("card", "\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff11" + "\uff11" * 8, "\uff14" + "\uff11" * 15),
    ("card", "4111\u00a01111\u00a01111\u00a01111", "4111\u00a01111\u00a01111\u00a01111"),
    ("card", "order-4111111111111111", "4111111111111111"),
    ("iban", "DE89370400440532013000", "DE89370400440532013000"),
    ("iban", "to DE89 3704 0044 0532 0130 00 AND more", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB29 NWBK 6016 1331 9268 19.", "GB29 NWBK 6016 1331 9268 19"),
    ("iban", "FR14-2004-1010-0505-0001-3M02-606", "FR14-2004-1010-0505-0001-3M02-606"),
    ("ssn", "SSN: 078-05-1120.", "078-05-1120"),
    ("phone", "+14155552671", "+14155552671"),
    ("phone", "+٤٩ ٣٠ ١٢٣٤٥٦٧", "+٤٩ ٣٠ ١٢٣٤٥٦٧"),
    ("phone", "tel:+49 (0) 30 1234567", "+49 (0) 30 1234567"),
    ("phone", "(+44 20 7946 0958)", "+44 20 7946 0958"),
    ("phone", "call 0049 30 1234567", "0049 30 1234567"),
    ("phone", "call (415) 555-2671 now", "(415) 555-2671"),
    ("phone", "415-555-2671, 1", "415-555-2671"),
    ("phone", "415.555.2671.", "415.555.2671"),
    ("phone", "1-415-555-2671", "1-415-555-2671"),
    ("phone", "020 7946 0958", "020 7946 0958"),
    ("phone", "06 12 34 56 78", "06 12 34 56 78"),
    ("phone", "030/1234567", "030/1234567"),
    ("phone", "phone:415-555-2671", "415-555-2671"),
    ("ip", "from 10.20.30.40:8080", "10.20.30.40"),
    ("ip", "http://192.168.0.1/x", "192.168.0.1"),
    ("ip", "8.8.8.8.", "8.8.8.8"),
    ("ip", "at 2001:db8:85a3::8a2e:370:7334 today", "2001:db8:85a3::8a2e:370:7334"),
    ("ip", "[fe80::1]:443", "fe80::1"),
    ("ip", "fe80::1: unreachable", "fe80::1"),
    ("ip", "::ffff:192.168.0.1", "::ffff:192.168.0.1"),
    ("ip", "2001:0db8:0000:0000:0000:ff00:0042:8329", "2001:0db8:0000:0000:0000:ff00:0042:8329"),
    ("api_key", "key sk-proj-abcDEF1234567890abcd", "sk-proj-abcDEF1234567890abcd"),
    ("api_key", "sk-ant-api03-abcdef_ghijkl-0123456789", "sk-ant-api03-abcdef_ghijkl-0123456789"),
    ("api_key", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("api_key", "ghp_" + "a1B2c3D4e5" * 4, "ghp_" + "a1B2c3D4e5" * 4),
    ("api_key", "xoxb-123456789012-abcdefGHIJ", "xoxb-123456789012-abcdefGHIJ"),
    ("api_key", "OPENAI_API_KEY=sk-abcdefghijklmnop1234", "sk-abcdefghijklmnop1234"),
    (
        "api_key",
        "AIza" + "Sy0123456789abcdefghijklmnopqrstuvw"[:35],
        "AIza" + "Sy0123456789abcdefghijklmnopqrstuvw"[:35],
    ),
    ("jwt", f"token={JWT};", JWT),
    ("bearer", "Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789abcdef"),
    ("bearer", "authorization: basic dXNlcjpwYXNzd29yZDE=", "dXNlcjpwYXNzd29yZDE="),
    ("private_key", f"x {PEM} y", PEM),
    ("private_key", "-----BEGIN PRIVATE KEY-----\nMIIEcut off", "-----BEGIN PRIVATE KEY-----\nMIIEcut off"),
    ("url_credentials", "postgres://app:s3cret@db:5432/x", "app:s3cret"),
    ("url_credentials", "https://user:p@ss:word@host/path", "user:p@ss:word"),
    ("url_credentials", "redis://:s3cret@cache", ":s3cret"),
]

NEGATIVES = [
    "@decorator and user@localhost and a@b and pkg@1.2.3",
    "logo@2x.png",
    "1700000000000 1700000000000000000",  # unix times in ms and ns
    "4111111111111112",  # wrong check digit
    "0.4111111111111111 and 3.14159265358979",
    "4111111111111111abc and x4111111111111111",
    "550e8400-e29b-41d4-a716-446655440000",
    "12345678-1234-1234-1234-123456789012",
    "4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7",
    "2024-03-15 10:30:00.123456 2024-03-15T10:30:00+00:00",
    "01-15-2024 10:30, 15/01/2024-16/01/2024, 09 12 2024 10",
    "version 1.2.3.4, v1.2.3.4, Chrome/120.0.0.0, 1.2.3.4.5",
    "256.1.1.1 and 1.2.3",
    "std::vector face::add 10:30:00 00:1A:2B:3C:4D:5E a::b",
    "DE00370400440532013000",  # wrong check digits
    "XX89370400440532013000",  # no such country
    "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000 1234-56-7890",
    "sk-learn and task-oriented-conversational-agents and mask-rcnn-resnet-50-fpn",
    "the bearer responsibilities of a bearer bond",
    "https://example.com:8080/a@b and http://host/x:y@z",
    "-----BEGIN CERTIFICATE-----\nMIIB1\n-----END CERTIFICATE-----",
    "eyJ is how base64 of a JSON object begins",
    "1,234,567,890 and 12 345 678.90 EUR",
    "shape (1024, 768, 3) loss 0.00012345678 step 1000000",
    "commit 1a2b3c4d5e6f7a8b9c0d, port 5432, pid 12345678",
]


def test_every_named_pattern_exists():
    """The names a user may write are those of the table, in its order."""
    assert tuple(PATTERNS) == PATTERN_NAMES


@pytest.mark.parametrize(("name", "text", "hidden"), POSITIVES)
def test_a_known_positive_is_found_whole_and_nothing_else(name, text, hidden):
    """Each is found under its name, no more and no less."""
    assert found(text) == [(name, hidden)]


@pytest.mark.parametrize("text", NEGATIVES)
def test_a_known_negative_is_left_alone(text):
    """Timestamps, identifiers, versions and prose hold nothing to hide."""
    assert found(text) == []


def test_what_overlaps_is_hidden_as_one_under_the_first_name():
    """A password and what it makes of the host look like a mail address, and are hidden with the credentials."""
    assert found("smtp://ann:secret@mail.host/") == [("url_credentials", "ann:secret@mail.host")]


@pytest.mark.parametrize(
    "text",
    [r"{\"to\":\"ann\u0040example.com\"}", r"ann\x40example.com", r'"{\\\"to\\\":\\\"ann\\u0040example.com\\\"}"'],
)
def test_an_escape_in_a_text_hides_nothing_from_us(text):
    """JSON within a text, and JSON within that, may write a character as an escape."""
    assert [name for name, _ in found(text)] == ["mail"]


def test_an_escape_before_a_number_is_not_a_letter_before_it():
    r"""The n of a written-out `\n` does not make a card part of a word, and is not swallowed by a mail address."""
    assert found(r"card:\n4111111111111111\nann@example.com") == [
        ("card", "4111111111111111"),
        ("mail", "ann@example.com"),
    ]


HOSTILE = [
    *(
        "a",
        "0",
        "1 ",
        "4111 ",
        "4111-",
        "a.",
        "a@",
        "@",
        "a@a.",
        "@a.",
        ":",
        "::",
        "0:",
        "a:",
        "1.",
        "1.1.",
        "+1",
        "(1",
    ),
    *(
        "0 ",
        "01 ",
        "01/",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "-----",
        "PRIVATE KEY",
        "://",
        "://a:",
        "://:@",
    ),
    *(
        "eyJ",
        "eyJaaaaaaaa.",
        "sk-",
        "sk-a",
        "xoxb-",
        "Bearer ",
        "Bearer a",
        "Basic a=",
        "GB29 ",
        "GB29",
        "A1",
        "078-05-",
    ),
    *("\\u0040", "\\", "\\\\", "\\n1", "１", "é", "٤", "-", "_", "A", ".", "/", "=", "%", "\u2010", "\u00a0"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_repetition_makes_the_scan_slow(piece):
    """A hundred thousand characters of anything take less than a second, digit and at-sign or not."""
    for suffix in ("", "!", "1@"):
        text = (piece * (100_000 // len(piece) + 1))[:100_000] + suffix
        began = time.process_time()
        SCANNER.find(text)
        assert time.process_time() - began < 1.0


PIECES = st.lists(
    st.sampled_from([*HOSTILE, "ann@example.com", "4111111111111111", PEM, JWT, " ", "\n", '"']), max_size=12
)


@given(st.lists(PIECES.map("".join), min_size=1, max_size=3), st.integers(1, 400))
def test_no_mixture_makes_the_scan_slow(pieces, times):
    """Mixtures of what starts a pattern, repeated, take time in proportion to their length."""
    text = "".join(piece * times for piece in pieces)[:20_000]
    began = time.process_time()
    SCANNER.find(text)
    assert time.process_time() - began < 0.5


@given(st.text(max_size=300) | PIECES.map("".join))
def test_finds_are_in_order_apart_and_within_the_text(text):
    """Whatever the text, what is found lies within it, in order, and does not overlap."""
    spans = [(item.start, item.end) for item in SCANNER.find(text)]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_mail_address_is_found_in_any_surroundings(before, after):
    """Whatever stands around it, no mail address survives."""
    assert "ann.bell@example.com" not in SCANNER.redact(f"{before} ann.bell@example.com {after}")
