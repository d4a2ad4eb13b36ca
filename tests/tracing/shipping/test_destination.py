"""Where spans go: URLs, names, and what cannot be used."""

from __future__ import annotations

import pytest

from pyflare.config import resolve
from pyflare.errors import ConfigError
from pyflare.tracing.shipping import Destination


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://example.com/api/otel", "https://example.com/api/otel/v1/traces"),
        ("https://example.com/v1/traces", "https://example.com/v1/traces"),
        ("https://example.com/otel?tenant=1", "https://example.com/otel/v1/traces?tenant=1"),
    ],
)
def test_the_path_of_traces_is_added_where_it_is_missing(endpoint, url):
    """A base URL and the URL for traces both work."""
    assert Destination(endpoint=endpoint).url == url


@pytest.mark.parametrize(
    ("endpoint", "address", "is_secure"),
    [
        ("http://collector", "collector:4317", False),
        ("https://collector", "collector:443", True),
        ("https://[::1]:9", "[::1]:9", True),
    ],
)
def test_grpc_has_an_address_and_takes_tls_from_the_scheme(endpoint, address, is_secure):
    """The default ports are those of OTLP and of TLS."""
    destination = Destination(endpoint=endpoint, protocol="grpc")
    assert (destination.address, destination.is_secure) == (address, is_secure)


def test_the_name_is_that_of_the_url():
    """Two ways to write one endpoint share a spool; another endpoint does not; headers do not matter."""
    one = Destination(endpoint="http://collector:4318")
    assert one.name == Destination(endpoint="http://collector:4318/v1/traces", headers={"x": "y"}).name
    assert one.name != Destination(endpoint="http://collector:4318/other").name
    assert one.name.startswith("collector-4318-")
    assert "/" not in one.name


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"endpoint": "collector:4318"}, "Begin it with http://"),
        ({"endpoint": "http://"}, "is a URL such as"),
        ({"endpoint": "http://collector:port"}, "is not a URL"),
        ({"endpoint": "http://collector", "protocol": "http/json"}, "'http/protobuf' or 'grpc'"),
        ({"endpoint": "http://collector", "compression": "zstd"}, "'gzip' or 'none'"),
    ],
)
def test_what_cannot_be_used_says_so(options, message):
    """Each mistake is a ConfigError that says what to write."""
    with pytest.raises(ConfigError, match=message):
        Destination(**options)


def test_secrets_are_not_shown():
    """Neither headers nor a password in the URL appear in messages."""
    with pytest.raises(ConfigError) as raised:
        Destination(endpoint="http://user:secret@collector", protocol="x")
    destination = Destination(endpoint="http://user:secret@collector", headers={"key": "hidden"})
    assert "secret" not in f"{destination.shown}{raised.value}{destination.name}"
    assert "hidden" not in repr(destination)


def test_settings_make_a_destination():
    """What `init` resolves becomes the destination."""
    files = {"certificate_file": "ca.pem", "client_certificate_file": "me.pem", "client_key_file": "key.pem"}
    settings = resolve(
        endpoint="https://c:1", protocol="grpc", headers={"a": "b"}, compression="none", timeout_s=3.0, **files
    )
    assert Destination.from_settings(settings) == Destination(
        endpoint="https://c:1", protocol="grpc", headers={"a": "b"}, compression="none", timeout_s=3.0, **files
    )
