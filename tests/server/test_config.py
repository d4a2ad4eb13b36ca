"""The receiver's file: everything has a default, and what is wrong is said with its place."""

from __future__ import annotations

import pytest

from pyflare.errors import ConfigError
from pyflare.server.config import CollectorConfig
from pyflare.server.config_file import fill_in_variables, parse_config, read_config
from pyflare.server.pipeline import check

WHOLE = """
collector:
  otlp:
    grpc: {endpoint: "0.0.0.0:4317", max_recv_msg_size_mib: 16, max_concurrent_streams: 100}
    http: {endpoint: "0.0.0.0:4318", cors: {allowed_origins: ["*"]}}
  batcher: {max_batch_size: 1000, timeout_ms: 100, max_queue_size: 10000}
  sampling:
    default_rate: 1.0
    rules:
      - {service: high-volume-service, rate: 0.1}
      - {attribute: {key: priority, value: high}, rate: 1.0}
"""
KAFKA = WHOLE + "  kafka: {brokers: [kafka-1:9092], topics: {traces: pyflare.traces}}\n"


@pytest.mark.parametrize("text", ["", "collector: {}", "# nothing\n"])
def test_nothing_is_needed(text):
    """An empty file is the defaults: this machine alone, everything kept."""
    config = parse_config(text, source="c.yaml")
    assert config == CollectorConfig()
    assert (config.otlp.http.endpoint, config.otlp.grpc.endpoint) == ("127.0.0.1:4318", "127.0.0.1:4317")


def test_the_documented_file():
    """The file of the design documents is read as it stands."""
    config = parse_config(WHOLE, source="c.yaml")
    assert config.otlp.grpc.max_recv_msg_size_mib == 16
    assert config.otlp.http.cors.allowed_origins == ("*",)
    assert config.batcher is not None
    assert [rule.rate for rule in config.sampling.rules] == [0.1, 1.0]
    assert config.sampling.rules[1].attribute.value == "high"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (KAFKA, r"^c\.yaml: collector\.kafka cannot be used yet: Kafka comes with a later"),
        ("colector: {}", r"colector: there is no such key; there are collector\. Hint: did you mean 'collector'\?"),
        ("collector: {otlp: {grpc: {endpont: x}}}", r"collector\.otlp\.grpc\.endpont: .* did you mean 'endpoint'"),
        (
            "collector: {sampling: {rules: [{servce: a, rate: 1}]}}",
            r"collector\.sampling\.rules\[0\]\.servce: .*did you mean 'service'",
        ),
        ("collector: {sampling: {tail: {wait: 1}}}", r"collector\.sampling\.tail\.wait: .*did you mean 'wait_s'"),
        ("collector: {sampling: {default_rate: 2}}", r"collector\.sampling\.default_rate: expected `float` <= 1\.0"),
        ("collector: {workers: two}", r"collector\.workers: expected `int`, got `str`"),
        ("collector: {workers: 0}", r"collector\.workers: expected `int` >= 1"),
        ("[1]", r"the file: expected `object`, got `array`"),
        ("a: [", r"c\.yaml is not YAML: .*line 1"),
        ("collector: {otlp: {http: {endpoint: null}, grpc: {endpoint: null}}}", r"collector\.otlp has no endpoint"),
        ("collector: {sinks: {store: null}}", r"collector\.sinks has none"),
        ("collector: {workers: 2, sampling: {tail: {}}}", r"sampling\.tail needs collector\.workers: 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    """An error names the file, the key, what was expected, and the key that was probably meant."""
    with pytest.raises(ConfigError, match=said):
        parse_config(text, source="c.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("collector: {sinks: {store: {keep: long}}}", r"sinks\.store\.keep: expected how long.*got 'long'"),
        ("collector: {redact: {patterns: [mial]}}", r"no redaction pattern 'mial'.*did you mean 'mail'"),
        ("collector: {redact: {action: hash, hash_key_env: NOT_SET}}", r"names NOT_SET, and the environment has no"),
        ("collector: {sinks: {forward: [{endpoint: nowhere}]}}", r"An OTLP endpoint is a URL"),
        (
            "collector: {sinks: {forward: [{endpoint: 'http://a:1'}, {endpoint: 'http://a:1/v1/logs'}]}}",
            r"has http://a:1/v1/logs twice",
        ),
        (
            "collector: {sinks: {forward: [{endpoint: 'http://localhost:4318'}]}}",
            r"http://localhost:4318 is this receiver itself",
        ),
        (
            "collector: {sinks: {forward: [{endpoint: 'http://a:1', headers: {k: '${NOT_SET}'}}]}}",
            r"names \$\{NOT_SET\}, and the environment has no NOT_SET",
        ),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_listens(text, said):
    """Values that are well formed and cannot be used are errors of `check`."""
    config = parse_config(text, source="c.yaml")
    with pytest.raises(ConfigError, match=said):
        check(config)


def test_a_file_that_cannot_be_read(tmp_path):
    """A file that is not there is one line that names it."""
    with pytest.raises(ConfigError, match=r"The configuration .*none\.yaml cannot be read"):
        read_config(tmp_path / "none.yaml")


def test_variables_in_headers(monkeypatch):
    """A header may name a variable of the environment, so that a token need not stand in the file."""
    monkeypatch.setenv("TOKEN", "abc")
    assert fill_in_variables("Bearer ${TOKEN}") == "Bearer abc"
