"""httpx and requests against a server on this machine."""

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

httpx = pytest.importorskip("httpx")
requests = pytest.importorskip("requests")

import pyflare  # noqa: E402

try:
    import httpx2
except ImportError:  # it does not go together with older versions of httpx
    httpx2 = None

OK, ERROR = 0, 2


class Echo(BaseHTTPRequestHandler):
    """Says which headers came; /elsewhere sends the client on, by another name of this machine."""

    def do_GET(self):
        path = self.path[1:].partition("?")[0]
        if path == "elsewhere":
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/")
        else:
            self.send_response(int(path or 200))
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture(scope="module")
def url():
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def get_async(url):
    async def get():
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
            return (await client.get(url)).json()

    return asyncio.run(get())


WAYS = {
    "requests": lambda url: requests.get(url, timeout=10).json(),
    "httpx": lambda url: httpx.get(url, follow_redirects=True).json(),
    "httpx async": get_async,
    **({} if httpx2 is None else {"httpx2": lambda url: httpx2.get(url, follow_redirects=True).json()}),
}


@pytest.fixture(params=WAYS)
def get(request):
    """Gets what came to the server; the client's integration is in place."""
    pyflare.instrument(request.param.split()[0])
    return WAYS[request.param]


def test_traceparent(get, recorded, url):
    """A request names the current span, and is no span itself."""
    with pyflare.span("ask") as span:
        came = get(url)
    assert came["traceparent"] == f"00-{span.trace_id}-{span.span_id}-01"
    assert [ended.name for ended in recorded.ended()] == ["ask"]


def test_outside_of_a_trace(get, recorded, url):
    """Where nothing is current there is nothing to tell."""
    assert "traceparent" not in get(url)


def test_hosts(get, begin, url):
    """Only hosts that may know are told, also where the client is sent on to another."""
    begin(http_propagate_hosts="127.0.*")
    with pyflare.span("ask"):
        assert "traceparent" in get(url)
        assert "traceparent" not in get(f"{url}/elsewhere")


def test_no_host(get, begin, url):
    """`none` tells nobody."""
    begin(http_propagate_hosts="none")
    with pyflare.span("ask"):
        assert "traceparent" not in get(url)


def test_client_span(get, begin, url):
    """Where it is asked for, a request is one span, redirects included, and the server hangs below it."""
    recorded = begin(http_client_spans=True)
    came = get(f"{url}/elsewhere?token=secret")
    span = recorded.one()
    assert (span.name, span.span_kind, span.status_code) == ("GET 127.0.0.1", 2, OK)
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["url.full"] == f"{url}/elsewhere"
    assert came["traceparent"].split("-")[1:3] == [span.trace_id.hex(), span.span_id.hex()]


def test_client_span_of_an_error(get, begin, url):
    """A status of 400 and above is an error of the span, and no exception."""
    recorded = begin(http_client_spans=True)
    get(f"{url}/404")
    assert (recorded.one().status_code, recorded.one().fields["error_type"]) == (ERROR, "404")


def test_client_span_of_an_exception(get, begin):
    """Where nobody answers, the exception is on the span and reaches the caller."""
    recorded = begin(http_client_spans=True)
    with pytest.raises(Exception, match=r"refused|connection attempts failed"):
        get("http://127.0.0.1:1")
    assert recorded.one().status_code == ERROR


def test_cancelled(begin, provider):
    """A request that is cancelled ends its span."""
    recorded = begin(http_client_spans=True)
    provider.will({}, delay_s=1)
    pyflare.instrument("httpx")

    async def ask():
        async with httpx.AsyncClient(trust_env=False) as client:
            await asyncio.wait_for(client.post(provider.url, json={}), 0.1)

    with pytest.raises(TimeoutError):
        asyncio.run(ask())
    assert recorded.one().fields["error_type"].endswith("CancelledError")


def test_times_out(begin, provider):
    """A request that takes too long is an error of its span and reaches the caller."""
    recorded = begin(http_client_spans=True)
    provider.will({}, delay_s=1)
    pyflare.instrument("requests")
    with pytest.raises(requests.Timeout):
        requests.post(provider.url, json={}, timeout=0.1)
    assert recorded.one().status_code == ERROR


def test_what_the_program_tells(recorded, url):
    """A traceparent of the program's own is left as it is."""
    pyflare.instrument("requests")
    with pyflare.span("ask"):
        came = requests.get(url, headers={"traceparent": "mine"}, timeout=10)
    assert (came.json()["traceparent"], came.request.headers["traceparent"]) == ("mine", "mine")


def test_model_clients(begin, provider):
    """A model client's request is no second span, and its provider is told nothing."""
    openai = pytest.importorskip("openai")
    recorded = begin(http_client_spans=True)
    pyflare.instrument("openai", "httpx" if httpx2 is None else "httpx2")
    told = []
    hook = {"event_hooks": {"request": [lambda request: told.append("traceparent" in request.headers)]}}
    http = openai.DefaultHttpxClient(**hook)
    with openai.OpenAI(api_key="k", base_url=f"{provider.url}/v1", http_client=http) as client:
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "2 + 2?"}])
    assert (recorded.one().name, told) == ("chat gpt-4o", [False])


def test_own_exporter(begin, url, tmp_path):
    """What ships the spans is no span."""
    recorded = begin(http_client_spans=True, endpoint=url, path=tmp_path / "kept")
    pyflare.instrument("requests")
    with pyflare.span("work"):
        pass
    assert pyflare.flush()
    assert [span.name for span in recorded.ended()] == ["work"]
