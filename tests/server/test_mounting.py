"""The viewer and the API beside a receiver, on its HTTP port."""

from __future__ import annotations

import json

import pytest

from pyflare.errors import ConfigError
from pyflare.server.mounting import TOKEN_VARIABLE, check_token, make_site, viewer_line
from pyflare.server.ports import Address
from tests.server.processes import serving
from tests.server.requests import spans


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_process_receives_and_shows(tmp_path, workers):
    """What came in is listed by the same port, with one worker and with several; its own paths stay what they were."""
    with serving(tmp_path / "f", "--workers", workers) as receiver:
        assert receiver.post(spans({"trace": 1, "span": 1, "name": "seen"})) == 200
        for _ in range(3):
            status, body = receiver.get("/api/v1/traces")
            assert (status, [trace["operation_name"] for trace in json.loads(body)["traces"]]) == (200, ["seen"])
        assert receiver.get("/healthz")[0] == 200
        assert receiver.get("/nothing")[0] == 404
        assert json.loads(receiver.get("/api/v1/nothing")[1])["error"]["code"] == "not_found"
        assert "the viewer is at http://127.0.0.1" in receiver.end()


def test_beyond_this_machine(tmp_path, monkeypatch):
    """Where others reach the port, nothing is shown without a token."""
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert make_site(tmp_path, "0.0.0.0") is None
    assert TOKEN_VARIABLE in viewer_line(Address(host="0.0.0.0", port=4318))
    monkeypatch.setenv(TOKEN_VARIABLE, "correct-horse")
    site = make_site(tmp_path, "0.0.0.0")
    assert site is not None
    site.close()
    monkeypatch.setenv(TOKEN_VARIABLE, "with space")
    with pytest.raises(ConfigError, match="visible ASCII"):
        make_site(tmp_path, "127.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_this_machine_needs_no_token(host):
    """Names and addresses of loopback are this machine's alone."""
    check_token(host, None, option="--host")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org"])
def test_other_machines_need_one(host):
    """Everything else can be reached by others."""
    with pytest.raises(ConfigError, match="can be reached from other machines"):
        check_token(host, None, option="--host")
