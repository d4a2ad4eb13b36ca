"""FastAPI and Starlette applications behind a real server."""

import asyncio
import json
import socket
import time

import pytest

fastapi = pytest.importorskip("fastapi")

import httpx  # noqa: E402
from fastapi import BackgroundTasks, FastAPI, WebSocket  # noqa: E402
from fastapi.responses import StreamingResponse  # noqa: E402
from opentelemetry import trace as otel  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.responses import PlainTextResponse  # noqa: E402
from starlette.routing import Mount, Route  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

import pyflare  # noqa: E402
from pyflare.integrations.asgi import TraceMiddleware  # noqa: E402
from tests.integrations.web import serving, wait_for  # noqa: E402

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSET, ERROR = 0, 2


items = fastapi.APIRouter(prefix="/shops/{shop}")
pages = fastapi.APIRouter()


@items.get("/items/{item}")
def item(shop: str, item: int):
    with pyflare.span("look it up"):
        return {"shop": shop, "item": item}


@pages.post("/ask")
async def ask(question: dict):
    return {"answer": question["text"].upper()}


@pages.get("/fail")
async def fail():
    raise ValueError("no stock")


@pages.get("/unavailable")
async def unavailable():
    raise fastapi.HTTPException(503)


@pages.get("/stream")
async def stream():
    async def chunks():
        for chunk in ("one", "two"):
            yield chunk
            await asyncio.sleep(0.02)

    return StreamingResponse(chunks(), media_type="text/plain")


@pages.get("/endless")
async def endless():
    async def chunks():
        while True:
            yield "x" * 4096
            await asyncio.sleep(0.005)

    return StreamingResponse(chunks(), media_type="text/plain")


@pages.get("/later")
def later(tasks: BackgroundTasks):
    def work():
        with pyflare.span("after the answer"):
            time.sleep(0.03)

    tasks.add_task(work)
    return "soon"


@pages.websocket("/chat/{room}")
async def chat(websocket: WebSocket, room: str):
    await websocket.accept()
    while True:
        await websocket.send_text(f"{room}: {await websocket.receive_text()}")


@pages.websocket("/closed")
async def closed(websocket: WebSocket):
    await websocket.close()


def make_app():
    app = FastAPI()
    app.include_router(items)
    app.include_router(pages)
    app.mount("/inner", Starlette(routes=[Route("/page/{name}", lambda request: PlainTextResponse("page"))]))
    return app


@pytest.fixture
def get(recorded):
    """Asks an application whose integration is in place."""
    pyflare.instrument("fastapi")
    with serving(make_app()) as host, httpx.Client(base_url=f"http://{host}") as client:
        yield client.get


def ended(recorded, count=1):
    wait_for(lambda: len(recorded.ended()) >= count)
    return recorded.ended()


def test_request(get, recorded):
    """A request is one trace, named by its route's template, with what it was and how it went."""
    assert get("/shops/eu/items/7?token=secret").json() == {"shop": "eu", "item": 7}
    inner, span = ended(recorded, 2)
    assert (span.name, span.span_kind, span.status_code) == ("GET /shops/{shop}/items/{item}", 1, UNSET)
    assert span.attributes["http.route"] == "/shops/{shop}/items/{item}"
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["url.path"] == "/shops/eu/items/7"
    assert span.attributes["server.address"] == "127.0.0.1"
    assert "secret" not in json.dumps(span.attributes)
    assert (span.input, span.output, span.parent_span_id) == (None, None, None)
    assert (inner.trace_id, inner.parent_span_id) == (span.trace_id, span.span_id)


def test_traceparent(get, recorded):
    """The caller's trace is continued."""
    get("/later", headers={"traceparent": PARENT})
    span = ended(recorded, 2)[0]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])


def test_traceparent_of_anybody(begin):
    """An application that anybody may call begins its own traces."""
    recorded = begin(http_continue_traces=False)
    pyflare.instrument("fastapi")
    with serving(make_app()) as host:
        httpx.get(f"http://{host}/unavailable", headers={"traceparent": PARENT})
        assert ended(recorded)[0].parent_span_id is None


def test_not_below_what_started_the_server(recorded):
    """A span that was current where the server was started is no parent of its requests."""
    pyflare.instrument("fastapi")
    with pyflare.span("start"), serving(make_app()) as host:
        httpx.get(f"http://{host}/unavailable")
    assert recorded.one("GET /unavailable").parent_span_id is None


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [("/nowhere", "GET", 404), ("/ask", "GET /ask", 405), ("/inner/page/a", "GET /inner/page/{name}", 200)],
)
def test_names(get, recorded, path, name, status):
    """Only templates make names; a path that no route serves makes none. The client's mistakes are no errors."""
    assert get(path).status_code == status
    (span,) = ended(recorded)
    assert (span.name, span.status_code) == (name, UNSET)
    assert span.attributes["http.response.status_code"] == status


def test_error(get, recorded):
    """An exception is on the span, with the status the client got."""
    assert get("/fail").status_code == 500
    (span,) = ended(recorded)
    assert (span.name, span.status_code, span.fields["error_type"]) == ("GET /fail", ERROR, "ValueError")
    assert span.attributes["http.response.status_code"] == 500
    assert span.events[0][2]["exception.message"] == "no stock"


def test_server_error_without_exception(get, recorded):
    """A status of 500 and above is an error."""
    get("/unavailable")
    (span,) = ended(recorded)
    assert (span.status_code, span.fields["error_type"]) == (ERROR, "503")


def test_stream(get, recorded):
    """The span of a streamed response ends with its last byte."""
    assert get("/stream").text == "onetwo"
    (span,) = ended(recorded)
    assert 0 < span.fields["time_to_first_chunk_ns"] < span.duration_ns - 20_000_000  # the pause after each chunk
    assert span.attributes["http.response.body.size"] == 6


def test_client_leaves(recorded):
    """A client that goes in the middle of a stream ends the span, which says so."""
    pyflare.instrument("fastapi")
    with serving(make_app()) as host, httpx.stream("GET", f"http://{host}/endless") as response:
        next(response.iter_bytes())
        response.close()
        (span,) = ended(recorded)
    assert (span.name, span.status_code) == ("GET /endless", UNSET)
    assert span.attributes["pyflare.stream.closed_early"] is True


def test_client_leaves_while_it_asks(recorded):
    """A client that goes in the middle of its own request is no failure of the application."""
    pyflare.instrument("fastapi")
    with serving(make_app()) as host:
        with socket.create_connection(host.split(":")) as client:
            client.sendall(b"POST /ask HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{")
            wait_for(recorded.started)
        (span,) = ended(recorded)
    assert (span.name, span.status_code) == ("POST /ask", UNSET)
    assert span.attributes["pyflare.http.client_disconnected"] is True


def test_background_task(get, recorded):
    """What runs after the response is below the request's span, which has ended before it."""
    assert get("/later").json() == "soon"
    request, work = ended(recorded, 2)
    assert (request.name, work.name, work.parent_span_id) == ("GET /later", "after the answer", request.span_id)


def test_websocket(recorded):
    """A WebSocket is one span from the handshake until it is closed."""
    pyflare.instrument("fastapi")
    with serving(make_app()) as host, connect(f"ws://{host}/chat/blue") as client:
        client.send("hello")
        assert client.recv() == "blue: hello"
        assert recorded.ended() == []
        client.close()
        (span,) = ended(recorded)
    assert (span.name, span.status_code, span.span_kind) == ("WS /chat/{room}", UNSET, 1)
    said = {name: span.attributes[f"pyflare.websocket.{name}"] for name in ("received", "sent", "close_code")}
    assert said == {"received": 1, "sent": 1, "close_code": 1000}


def test_websocket_refused(recorded):
    """A WebSocket that is closed before it was accepted was answered with 403."""
    pyflare.instrument("fastapi")
    with serving(make_app()) as host, pytest.raises(Exception, match="403"):
        connect(f"ws://{host}/closed")
    assert ended(recorded)[0].attributes["http.response.status_code"] == 403


def test_private_data(begin):
    """What a path or a body holds is redacted wherever it is written, and no name has it."""
    recorded = begin(redact="all", http_capture_bodies=True)
    pyflare.instrument("fastapi")
    with serving(make_app()) as host:
        httpx.get(f"http://{host}/inner/page/joe@example.com")
        httpx.post(f"http://{host}/ask", json={"text": "from joe@example.com"})
        ended(recorded, 2)
    assert b"joe@" not in recorded.raw_bytes().lower()


def test_whom(begin):
    """User and session come from the headers that the settings name, and go to the spans inside."""
    recorded = begin(http_user_header="X-User", http_session_header="x-session")
    pyflare.instrument("fastapi")
    with serving(make_app()) as host:
        httpx.get(f"http://{host}/shops/eu/items/1", headers={"x-user": "u-1", "x-session": "s-1"})
        spans = ended(recorded, 2)
    assert [span.scope for span in spans] == [{"user_id": "u-1", "session_id": "s-1"}] * 2


def test_middleware_by_hand(recorded, faults):
    """Added by hand the middleware takes functions and patterns; one that fails costs no more than its value."""

    def fail(scope):
        raise LookupError

    app = make_app()
    app.add_middleware(
        TraceMiddleware, user=lambda scope: scope["path"][1:], session=fail, skip=["/un*"], capture_bodies=True
    )
    with serving(app) as host:
        httpx.get(f"http://{host}/unavailable")
        httpx.post(f"http://{host}/ask", json={"text": "why"})
        (span,) = ended(recorded)
    assert (span.name, span.scope) == ("POST /ask", {"user_id": "ask"})
    assert (json.loads(span.input), json.loads(span.output)) == ({"text": "why"}, {"answer": "WHY"})
    assert faults.pop("read a request's session: LookupError") == 1


def test_both_ways_is_one_span(recorded):
    """Instrumented and with the middleware too, a request is one span, and both say what they know."""
    pyflare.instrument()
    app = make_app()
    app.add_middleware(TraceMiddleware, user=lambda scope: "u-1")
    with serving(app) as host:
        httpx.get(f"http://{host}/inner/page/a")
        time.sleep(0.02)
        (span,) = ended(recorded)
    assert span.scope == {"user_id": "u-1"}


def test_fastapi_writes_to_pyflare_itself(recorded):
    """Where FastAPI writes spans of its own to PyFlare, a request has that one, and its user."""
    try:
        app = FastAPI(telemetry={"tracer_provider": pyflare.tracer_provider(), "operation_spans": False})
        app._native_telemetry  # noqa: B018
    except (AttributeError, TypeError):
        pytest.skip("this FastAPI writes no spans")
    app.add_middleware(TraceMiddleware, user=lambda scope: "u-1")

    @app.get("/page")
    async def page():
        return "page"

    pyflare.instrument("fastapi")
    with serving(app) as host:
        httpx.get(f"http://{host}/page")
        (span,) = ended(recorded)
    assert (span.name, span.scope_name, span.scope) == ("GET /page", "fastapi", {"user_id": "u-1"})


@pytest.fixture
def instrumentor():
    """OpenTelemetry's own, which is taken out of the applications again by nobody but the test."""
    return pytest.importorskip("opentelemetry.instrumentation.fastapi").FastAPIInstrumentor()


def page_of(app):
    @app.get("/page")
    async def page():
        with pyflare.span("inside"):
            return "page"

    return app


@pytest.mark.parametrize("way", ["instrument", "middleware", "both"])
def test_opentelemetry_writes_to_pyflare(begin, instrumentor, way):
    """Where OpenTelemetry's instrumentation writes a request's span to PyFlare, there is no second, and it has the user."""
    recorded = begin(http_user_header="x-user")
    app = page_of(FastAPI())
    if way != "instrument":
        app.add_middleware(TraceMiddleware)
    instrumentor.instrument_app(app, tracer_provider=pyflare.tracer_provider(), exclude_spans=["receive", "send"])
    if way != "middleware":
        pyflare.instrument("fastapi")
    with serving(app) as host:
        httpx.get(f"http://{host}/page", headers={"x-user": "u-1"})
        inside, span = ended(recorded, 2)
    assert (span.name, span.span_kind, span.scope) == ("GET /page", 1, {"user_id": "u-1"})
    assert span.scope_name.startswith("opentelemetry.instrumentation")
    assert (inside.parent_span_id, inside.scope) == (span.span_id, span.scope)


def test_opentelemetry_writes_elsewhere(recorded, instrumentor):
    """Where its spans go somewhere else, a request has ours."""
    from opentelemetry.sdk.trace import TracerProvider

    app = page_of(FastAPI())
    instrumentor.instrument_app(app, tracer_provider=TracerProvider())
    pyflare.instrument("fastapi")
    with serving(app) as host:
        httpx.get(f"http://{host}/page")
        names = [span.name for span in ended(recorded, 2)]
    assert names == ["inside", "GET /page"]


def test_starlette(recorded):
    """A Starlette application's requests are spans; `fastapi` alone leaves it as it is."""
    app = Starlette(routes=[Mount("/v{n}", routes=[Route("/items/{item}", lambda request: PlainTextResponse("it"))])])
    pyflare.instrument("fastapi")
    with serving(app) as host:
        httpx.get(f"http://{host}/v1/items/3")
        assert recorded.ended() == []
        pyflare.instrument("starlette")
        httpx.get(f"http://{host}/v1/items/3")
        (span,) = ended(recorded)
    assert span.attributes["http.response.status_code"] == 200
    assert span.name in ("GET /v1/items/{item}", "GET /v{n}/items/{item}")


def test_a_fault_does_not_reach_the_client(get, recorded, monkeypatch, faults):
    """What the integration does wrong costs the span and nothing else."""

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("pyflare.integrations.asgi.middleware._span", fail)
    assert get("/unavailable").status_code == 503
    assert faults.pop("trace a request: ZeroDivisionError") == 1
    assert recorded.ended() == []


def test_uninstrument(get, recorded):
    """Put back, a running application is no longer traced."""
    from starlette.applications import Starlette

    pyflare.uninstrument("fastapi")
    get("/unavailable")
    assert recorded.ended() == []
    assert Starlette.__call__.__qualname__ == "Starlette.__call__"
    assert Starlette.__call__.__module__ == "starlette.applications"


def test_other_spans_stay_current(recorded):
    """OpenTelemetry's API sees the request's span while it is served."""
    app = FastAPI()

    @app.get("/id")
    async def identity():
        return f"{otel.get_current_span().get_span_context().span_id:016x}"

    app.add_middleware(TraceMiddleware)
    with serving(app) as host:
        answer = httpx.get(f"http://{host}/id").json()
        assert ended(recorded)[0].span_id.hex() == answer
