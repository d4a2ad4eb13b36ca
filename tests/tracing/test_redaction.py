"""The one place that content passes before disk or network: actions, fields, JSON, failures."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyflare.errors import ConfigError
from pyflare.tracing.redaction import RedactionConfig, compile_redaction
from pyflare.tracing.redaction.redactor import WITHHELD, Redactor

KEY = "0123456789abcdef"


def redactor(failures: list[str] | None = None, **options: Any) -> Redactor:
    """A redactor that must not fail, or that notes its failures."""
    return Redactor(RedactionConfig(**options), on_failure=pytest.fail if failures is None else failures.append)


def test_mask_says_what_was_there():
    """A pattern that is masked leaves its name."""
    assert redactor(patterns="all").redact_text("ann@example.com at 10.0.0.1") == "[mail] at [ip]"


def test_only_the_patterns_asked_for_are_looked_for():
    """A pattern nobody named is left alone."""
    assert redactor(patterns=("card",)).redact_text("ann@example.com") == "ann@example.com"


def test_redact_leaves_no_hint():
    """A pattern that is redacted does not say what it was."""
    assert redactor(patterns=("mail",), action="redact").redact_text("to ann@example.com") == "to [redacted]"


def test_an_action_can_be_set_for_one_pattern():
    """One pattern may take another action than the rest, or none."""
    hide = redactor(patterns="all", actions={"mail": "redact", "ip": "allow"})
    assert hide.redact_text("ann@example.com 10.0.0.1 078-05-1120") == "[redacted] 10.0.0.1 [ssn]"


def test_equal_values_have_equal_hashes_however_written():
    """Hashes join: the case of a mail address and the spaces of a card do not matter."""
    hide = redactor(patterns="all", action="hash", hash_key=KEY)
    assert hide.redact_text("Ann@Example.com") == hide.redact_text("ann@example.com")
    assert hide.redact_text("4111 1111 1111 1111") == hide.redact_text("4111111111111111")
    assert hide.redact_text("bob@example.com") != hide.redact_text("ann@example.com")


def test_the_hash_is_an_hmac_of_the_value():
    """HMAC-SHA256 with the user's key, the first 16 hex digits."""
    hide = redactor(patterns=("mail",), action="hash", hash_key=KEY.encode())
    # printf ann@example.com | openssl dgst -sha256 -hmac 0123456789abcdef
    assert hide.redact_text("ann@example.com") == "[mail:9f70eb4f1d9f0194]"


def test_another_key_gives_other_hashes():
    """Without the key nobody can tell whose hash it is."""
    one, other = (redactor(patterns=("mail",), action="hash", hash_key=key * 16) for key in "ab")
    assert one.redact_text("ann@example.com") != other.redact_text("ann@example.com")


def test_a_pattern_of_the_users_own():
    """Custom expressions take actions by their name."""
    hide = redactor(custom={"employee": r"E-\d{5}"}, actions={"employee": "redact"})
    assert hide.redact_text("ask E-12345") == "ask [redacted]"


def test_json_stays_json_and_keys_stay():
    """Only string values change; keys are untouched even where they look like a mail address."""
    data = b'{"ann@example.com":["bob@example.com",1.5,null,true,{"x":"tel:+14155552671"}]}'
    assert json.loads(redactor(patterns="all").redact_json(data)) == {
        "ann@example.com": ["[mail]", 1.5, None, True, {"x": "tel:[phone]"}]
    }


def test_json_without_anything_to_hide_is_the_same_object():
    """Where there is nothing to hide the bytes are not rewritten: no number or order changes."""
    data = b'{"b": 1.10, "a": "2024-03-15T10:30:00Z", "big": 123456789012345678901234567890}'
    assert redactor(patterns="all").redact_json(data) is data


def test_escapes_in_json_hide_nothing():
    """A mail address whose at-sign is an escape is a mail address."""
    assert redactor(patterns="all").redact_json(rb'"ann\u0040example.com"') == b'"[mail]"'


def test_a_card_that_is_a_json_number_becomes_a_string():
    """Numbers may be cards; the JSON stays valid."""
    assert redactor(patterns="all").redact_json(b'{"card":4111111111111111,"n":12}') == b'{"card":"[card]","n":12}'


def test_json_inside_a_string_stays_json():
    """What is put in place of a find can stand in any string literal."""
    inner = json.dumps({"to": "ann@example.com", "note": 'say "hi"\n'})
    redacted = json.loads(redactor(patterns="all").redact_json(json.dumps({"message": inner}).encode()))
    assert json.loads(redacted["message"]) == {"to": "[mail]", "note": 'say "hi"\n'}


def test_a_field_by_name_is_found_at_any_depth():
    """A glob without a dot is a field's name, in whatever case."""
    data = b'{"user":{"Password":"x","name":"ann"},"logins":[{"password":["a",1]}]}'
    assert json.loads(redactor(fields={"password": "redact"}).redact_json(data)) == {
        "user": {"Password": "[redacted]", "name": "ann"},
        "logins": [{"password": "[redacted]"}],
    }


def test_a_field_by_path_is_found_only_there():
    """A glob with a dot is the whole path from the field's root; lists add nothing to it."""
    data = b'{"user":{"name":"ann"},"items":[{"name":"pen"}],"name":"x"}'
    rules = redactor(fields={"input.user.name": "mask", "input.items.name": "redact"})
    assert json.loads(rules.redact_json(data, field="input")) == {
        "user": {"name": "[masked]"},
        "items": [{"name": "[redacted]"}],
        "name": "x",
    }
    assert rules.redact_json(data, field="output") is data


def test_mask_keeps_the_shape_and_inner_rules_win():
    """An action holds inside its field unless a rule there says otherwise."""
    data = b'{"user":{"name":"ann","age":3,"gone":null,"plan":"pro","tags":["a"]}}'
    assert json.loads(redactor(fields={"plan": "allow", "input.user": "mask"}).redact_json(data)) == {
        "user": {"name": "[masked]", "age": "[masked]", "gone": None, "plan": "pro", "tags": ["[masked]"]}
    }


def test_the_first_rule_that_matches_wins():
    """Rules are tried in the order in which they are written."""
    rules = {"attributes.http.request.id": "allow", "attributes.http.*": "redact"}
    attributes = {"http.request.id": "1", "http.request.header.cookie": "2", "other": "3"}
    assert redactor(fields=rules).redact_attributes(attributes) == {
        "http.request.id": "1",
        "http.request.header.cookie": "[redacted]",
        "other": "3",
    }


def test_allow_keeps_patterns_from_looking():
    """An allowed field is kept as it is, whatever it holds."""
    data = b'{"support":"help@example.com","to":"ann@example.com"}'
    hide = redactor(patterns="all", fields={"support": "allow"})
    assert hide.redact_json(data) == b'{"support":"help@example.com","to":"[mail]"}'


def test_a_hashed_field_joins_with_the_same_value_elsewhere():
    """Equal values of hashed fields are equal, of any type."""
    hide = redactor(fields={"account": "hash"}, hash_key=KEY)
    one, two, three = json.loads(hide.redact_json(b'[{"account":7},{"account":"7"},{"account":8}]'))
    assert one == two != three


def test_attributes_of_every_type_are_seen():
    """Text in lists, dicts and bytes is looked at; what holds nothing stays as it is."""
    attributes = {
        "a": ["x", "ann@example.com"],
        "b": b"ann@example.com",
        "c": {"d": ("10.0.0.1",)},
        "e": 4111111111111111,
        "f": 1.5,
        "g": b"\xff\x00",
        "h": True,
    }
    assert redactor(patterns="all").redact_attributes(attributes) == {
        "a": ["x", "[mail]"],
        "b": "[mail]",
        "c": {"d": ["[ip]"]},
        "e": "[card]",
        "f": 1.5,
        "g": b"\xff\x00",
        "h": True,
    }
    assert attributes["b"] == b"ann@example.com", "the caller's own attributes are left alone"


def test_attributes_without_anything_to_hide_are_the_same_object():
    """Nothing is copied where nothing is hidden."""
    attributes = {"a": ["x"], "b": {"c": 1}}
    assert redactor(patterns="all").redact_attributes(attributes) is attributes


def test_metrics_only_keeps_numbers_and_names_of_kinds():
    """No content is kept in any form, unless a field is allowed by name."""
    hide = redactor(metrics_only=True, fields={"tier": "allow"})
    assert hide.metrics_only
    assert hide.redact_json(b'{"q":"secret"}') == b"null"
    assert hide.redact_text("secret") == "[withheld: metrics only]"
    attributes = {"n": 1, "ok": True, "x": 0.5, "q": "secret", "l": ["s"], "error.type": "E", "tier": "gold"}
    assert hide.redact_attributes(attributes) == {"n": 1, "ok": True, "x": 0.5, "error.type": "E", "tier": "gold"}


@pytest.mark.parametrize("data", [b"{broken", b"", b'"\xff"', b"[" * 100_000 + b"]" * 100_000])
def test_a_failure_withholds_the_content_and_is_reported(data):
    """JSON that is broken, or too deep, is not let through unseen; the report says nothing of its content."""
    failures: list[str] = []
    redacted = redactor(failures, patterns="all").redact_json(data, field="output")
    assert json.loads(redacted) == WITHHELD
    assert len(failures) == 1
    assert failures[0].startswith("output: ")


def test_a_failure_in_attributes_and_texts_withholds_them():
    """Attributes that hold themselves, and a text that is none, are withheld and reported."""
    failures: list[str] = []
    hide = redactor(failures, patterns="all")
    endless: dict[str, Any] = {}
    endless["self"] = endless
    assert hide.redact_attributes(endless) == {}
    assert hide.redact_text("x" + "\ud800" + "ann@example.com") == "x\ud800[mail]"
    assert failures == ["attributes: RecursionError"]


def test_a_callback_that_fails_is_not_the_callers_problem():
    """Nothing is raised into the caller even where reporting fails."""
    hide = Redactor(RedactionConfig(patterns="all"), on_failure=lambda _: 1 / 0)
    assert json.loads(hide.redact_json(b"{")) == WITHHELD


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_stays_valid_with_the_same_keys(value):
    """Whatever the document, the result is JSON of the same shape."""
    redacted = json.loads(redactor(patterns="all", fields={"a*": "mask"}).redact_json(json.dumps(value).encode()))
    assert _keys(redacted) == _keys(value)


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keys(member) for key, member in value.items()}
    return [_keys(item) for item in value] if isinstance(value, list) else None


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("mail, card", ("mail", "card")),
        (("card", "mail"), ("mail", "card")),
        (["ip"], ("ip",)),
        ("", ()),
    ],
)
def test_the_short_form_of_the_setting(setting, names):
    """One text with commas, or a list of names."""
    assert RedactionConfig.from_setting(setting).pattern_names == names


def test_the_short_form_all():
    """All built-in patterns, alone or among others."""
    assert (
        RedactionConfig.from_setting("all") == RedactionConfig.from_setting(("all",)) == RedactionConfig(patterns="all")
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patterns": ("maill",)}, "did you mean 'mail'"),
        ({"actions": {"crad": "mask"}}, "did you mean 'card'"),
        ({"action": "hide"}, "allow, mask, hash, redact"),
        ({"fields": {"password": "delete"}}, "'password'"),
        ({"custom": {"mail": "x"}}, "name of its own"),
        ({"custom": {"broken": "("}}, "not a regular expression"),
        ({"custom": {"empty": "a*"}}, "matches the empty text"),
        ({"fields": {"user": "hash"}}, "hash_key"),
        ({"action": "hash", "hash_key": "short"}, "at least 16 bytes"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_to_do(options, message):
    """Each mistake is a ConfigError that names it."""
    with pytest.raises(ConfigError, match=message):
        RedactionConfig(**options)


def test_a_setting_compiles_to_a_redactor():
    """What `init` is given becomes the object that the writer of spans calls."""
    assert compile_redaction("mail", on_failure=pytest.fail).redact_text("ann@example.com") == "[mail]"
    assert compile_redaction(None, metrics_only=True, on_failure=pytest.fail).metrics_only
    config = RedactionConfig(fields={"password": "redact"})
    assert compile_redaction(config, on_failure=pytest.fail).redact_attributes({"password": "x"}) == {
        "password": "[redacted]"
    }


def test_the_hash_key_is_not_shown():
    """A configuration can be logged without giving away its key."""
    assert KEY not in repr(RedactionConfig(hash_key=KEY))


def test_the_configuration_loads_nothing_slow():
    """Writing a configuration compiles no pattern and loads no other library."""
    code = "import sys, pyflare.tracing.redaction; sys.exit('pyflare.tracing.redaction.patterns' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
