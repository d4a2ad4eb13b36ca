"""`pyflare ui` as a process: who may ask, what is served, how it starts and ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.workspace.folders import write_folder

TOKEN = "correct-horse-battery"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("project") / ".pyflare")


class Ui:
    """A running `pyflare ui`."""

    def __init__(self, *arguments: str, cwd: Path | None = None) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYFLARE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pyflare.cli", "ui", *arguments, "--no-open"],
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env=environment,
        )
        self.said = ""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said += line
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.port = int(found[1])
                return

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(connection):
            connection.request(method, path, body if body is None else json.dumps(body), named)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def refusal(self) -> str:
        """What it said, where it would not start."""
        _, said = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 1
        return " ".join((self.said + said).split())

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=PATIENCE_S)
        self.said += said
        return self.process.returncode


@pytest.fixture(scope="module")
def ui(root: Path) -> Iterator[Ui]:
    ui = Ui(str(root), "--port", "0")
    yield ui
    assert ui.end() == 0
    assert "leaked" not in ui.said  # DuckDB's word for what was not let go of


@pytest.fixture(scope="module")
def guarded(root: Path) -> Iterator[Ui]:
    ui = Ui(str(root), "--port", "0", "--token", TOKEN)
    yield ui
    assert ui.end(signal.SIGTERM) == 0
    assert TOKEN not in ui.said


def _error(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[2])["error"]["code"]


def test_other_hosts(ui):
    """A request that was meant for another name, as after DNS rebinding, is refused."""
    assert ui.ask("GET", "/api/v1/info")[0] == 200
    assert ui.ask("GET", "/api/v1/info", Host=f"localhost:{ui.port}")[0] == 200
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example@127.0.0.1", ""):
        assert _error(ui.ask("GET", "/api/v1/info", Host=host)) == (403, "unknown_host")


def test_other_sites(ui):
    """Another site can neither write nor follow."""
    query = {"sql": "SELECT 1"}
    own = f"http://127.0.0.1:{ui.port}"
    sent: dict[str, Any] = {"body": query, "content_type": "application/json"}
    assert ui.ask("POST", "/api/v1/query", **sent, Origin=own)[0] == 200
    for origin in ("https://evil.example", "null", f"http://localhost:{ui.port}"):
        assert _error(ui.ask("POST", "/api/v1/query", **sent, Origin=origin)) == (403, "foreign_origin")
    live = f"ws://127.0.0.1:{ui.port}/api/v1/live"
    with pytest.raises(WebSocketException), connect(live, origin="https://evil.example", proxy=None):
        pass
    with connect(live, origin=own, proxy=None) as socket:
        assert socket.protocol.state.name == "OPEN"


def test_a_token(guarded):
    """Without the token nothing is read; it comes in a header, or in a cookie that opening a page with it sets."""
    for path in ("/", "/api/v1/info", f"/api/v1/info?token={TOKEN}", "/?token=wrong-token"):
        assert _error(guarded.ask("GET", path)) == (401, "unauthorized")
    assert guarded.ask("GET", "/api/v1/info", Authorization=f"Bearer {TOKEN}")[0] == 200
    assert guarded.ask("GET", "/api/v1/info", Authorization="Bearer wrong-token")[0] == 401
    status, headers, _ = guarded.ask("GET", f"/traces?token={TOKEN}&filter=a")
    assert (status, headers["location"]) == (303, "/traces?filter=a")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert guarded.ask("GET", "/api/v1/info", Cookie=cookie.partition(";")[0])[0] == 200


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example"])
def test_opening_with_a_token_stays_here(guarded, path):
    """The address that the token is taken out of is one of this server's, whatever was opened."""
    status, headers, _ = guarded.ask("GET", f"{path}?token={TOKEN}")
    assert status in (303, 400, 401)
    assert not re.match(r"^(/[/\\]|https?:)", headers.get("location", "/"))


def test_headers_of_every_answer(ui):
    """Pages may load from this server alone, and nobody may frame them."""
    for path in ("/", "/api/v1/info", "/api/v1/nothing"):
        _, headers, _ = ui.ask("GET", path, Accept="text/html")
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_methods(ui):
    """HEAD is GET without the body; OPTIONS says what a path takes; others are 405 with what it takes."""
    status, headers, body = ui.ask("HEAD", "/api/v1/traces")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 100
    status, headers, _ = ui.ask("OPTIONS", "/api/v1/traces")
    assert (status, headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert ui.ask("OPTIONS", "/api/v1/query")[1]["allow"] == "OPTIONS, POST"
    assert _error(ui.ask("PUT", "/api/v1/traces")) == (405, "method_not_allowed")


def test_a_body_that_is_too_large(ui):
    """More than four megabytes are not read to the end."""
    assert _error(ui.ask("POST", "/api/v1/query", "x" * (5 << 20), content_type="application/json")) == (
        413,
        "too_large",
    )


def test_paths_that_are_no_files(ui):
    """Nothing outside the viewer's files is served, and programs are told where there is nothing."""
    for path in ("/../pyproject.toml", "/assets/../../ui.py", "/%2e%2e/ui.py", "/nothing.js", "/api/nothing"):
        assert ui.ask("GET", path)[0] in (400, 404), path


def test_beyond_this_machine(root):
    """It refuses to listen where others reach it, unless there is a token; and a token must be one."""
    for arguments, said in (
        (("--host", "0.0.0.0"), "can be reached from other machines"),
        (("--host", "0.0.0.0", "--token", "short"), "expected 8 to 200 visible ASCII characters"),
    ):
        assert said in Ui(str(root), "--port", "0", *arguments).refusal()


def test_a_folder_that_is_not_there(tmp_path):
    """A folder that was named must exist; the default one is made, and shows what comes."""
    assert "expected a PyFlare folder" in Ui("--path", str(tmp_path / "nothing"), "--port", "0").refusal()
    empty = Ui("--port", "0", cwd=tmp_path)
    assert json.loads(empty.ask("GET", "/api/v1/traces")[2])["traces"] == []
    assert json.loads(empty.ask("GET", "/api/v1/info")[2])["first_time"] is None
    assert empty.end() == 0


def test_the_project_instead_of_its_folder(root):
    """Naming the directory that `.pyflare` lies in is enough."""
    ui = Ui(str(root.parent), "--port", "0")
    assert json.loads(ui.ask("GET", "/api/v1/info")[2])["traces"] == 5
    assert ui.end() == 0


def test_a_port_that_is_taken(root, ui):
    """A port that was asked for and is taken is an error that says so."""
    assert f"Port {ui.port} on 127.0.0.1 is taken" in Ui(str(root), "--port", str(ui.port)).refusal()


def test_closing_before_anybody_came(root):
    """What answers everything is not loaded any more where the viewer is closed first: Ctrl-C need not wait for it."""
    program = (
        "import sys; from pathlib import Path; from pyflare.server.site import Site; "
        "site = Site(Path(sys.argv[1])); site.prepare(); site.close(); print('fastapi' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
