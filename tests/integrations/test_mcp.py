"""MCP's real client sessions and servers, connected in memory, of the library's first and second version."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

mcp = pytest.importorskip("mcp")

import pyflare  # noqa: E402
from tests.integrations.outline import outline  # noqa: E402

try:
    from mcp.server.mcpserver import MCPServer as Server
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server

ERROR = 2
CALL = ["span answer", "  tool tools/call add", "    tool tools/call add", "      span carry"]


@asynccontextmanager
async def connected(server):
    """A client session of a server."""
    if hasattr(mcp, "Client"):
        async with mcp.Client(server) as client:
            yield client
        return
    from mcp.shared.memory import create_connected_server_and_client_session

    async with create_connected_server_and_client_session(server._mcp_server) as session:
        yield session


@pytest.fixture
def server():
    server = Server("calculator")

    @server.tool()
    def add(a: int, b: int) -> str:
        """Add two numbers."""
        with pyflare.span("carry"):
            if a > 9:
                raise ValueError("too large")
            return str(a + b)

    @server.tool()
    async def wait() -> str:
        """Wait for long."""
        await asyncio.sleep(30)
        return "over"

    @server.resource("memo://four")
    def four() -> str:
        return "Four."

    return server


@pytest.fixture
def use(recorded, server):
    """Have a client do something, below a span of the program's."""
    pyflare.instrument("mcp")

    def run(act):
        async def inner():
            async with connected(server) as client:
                with pyflare.span("answer"):
                    return await act(client)

        return asyncio.run(inner())

    return run


def asked(recorded):
    """The outline without what sessions and clients ask of themselves."""
    own = ("initialize", "server/discover", "tools/list")
    return [line for line in outline(recorded) if not line.endswith(own)]


def test_tool(use, recorded):
    """A call is a span of the client's and one of the server's below it; what the tool does hangs below that."""
    result = use(lambda client: client.call_tool("add", {"a": 2, "b": 2}))
    assert result.content[0].text == "4"
    assert asked(recorded) == CALL
    spans = recorded.ended("tools/call add")
    assert {span.span_kind for span in spans} == {1, 2}
    for span in spans:
        assert json.loads(span.input) == {"a": 2, "b": 2}
        assert "4" in str(json.loads(span.output))
        assert span.fields["tool_name"] == "add"
        assert span.attributes["mcp.method.name"] == "tools/call"


def test_tool_that_fails(use, recorded):
    """A tool that fails answers that it has; both spans say so."""
    use(lambda client: client.call_tool("add", {"a": 10, "b": 2}))
    spans = recorded.ended("tools/call add")
    assert [(span.status_code, span.attributes["error.type"]) for span in spans] == [(ERROR, "tool_error")] * 2
    assert asked(recorded) == CALL


def test_resource(use, recorded):
    """A resource is read by its address."""
    uri = "memo://four"
    if not hasattr(mcp, "Client"):
        from pydantic import AnyUrl

        uri = AnyUrl(uri)
    use(lambda client: client.read_resource(uri))
    assert asked(recorded) == ["span answer", "  retriever resources/read", "    retriever resources/read"]
    span = recorded.ended("resources/read")[0]
    assert json.loads(span.input) == "memo://four"
    assert span.attributes["mcp.resource.uri"] == "memo://four"
    assert "Four." in span.output.decode()


def test_error(use, recorded):
    """An error that a server answers with reaches the program, and both spans have failed."""

    async def act(client):
        with pytest.raises(Exception):  # noqa: B017, PT011  (of another type in each version)
            await client.get_prompt("none")

    use(act)
    assert asked(recorded) == ["span answer", "  span prompts/get none", "    span prompts/get none"]
    assert {span.status_code for span in recorded.ended("prompts/get none")} == {ERROR}


def test_cancel(use, recorded):
    """A call that the program gives up ends on both sides."""

    async def act(client):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.call_tool("wait", {}), 0.3)

    use(act)
    assert asked(recorded)[:2] == ["span answer", "  tool tools/call wait"]


def test_meta_of_the_program_stays(use, recorded, server):
    """What a program puts into `_meta` arrives beside the trace."""
    seen = {}

    @server.tool()
    def look(ctx: server_context()) -> str:
        """Look at the request."""
        meta = ctx.request_context.meta
        seen.update(meta if isinstance(meta, dict) else meta.model_dump())
        return ""

    async def act(client):
        session = getattr(client, "session", client)
        try:
            return await session.call_tool("look", {}, meta={"tenant": "acme"})
        except TypeError:  # versions before 1.19 have no such argument
            pytest.skip("this version takes no `_meta`")

    use(act)
    assert seen["tenant"] == "acme"
    assert seen["traceparent"].startswith("00-")


def server_context():
    try:
        from mcp.server.mcpserver import Context
    except ImportError:
        from mcp.server.fastmcp import Context
    return Context


def test_content_can_be_left_out(begin, use):
    """With content off, the spans have none of the words."""
    recorded = begin(content="metrics-only")
    use(lambda client: client.call_tool("add", {"a": 2, "b": 2}))
    assert [span.output for span in recorded.ended("tools/call add")] == [None, None]


def test_a_fault(use, recorded, monkeypatch, faults):
    """What the integration does wrong does not reach the program."""
    from pyflare.integrations.mcp import client, server

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(client, "work", fail)
    monkeypatch.setattr(server, "work", fail)
    assert use(lambda client: client.call_tool("add", {"a": 2, "b": 2})).content[0].text == "4"
    assert faults.pop("trace a run: ZeroDivisionError") > 1


def test_uninstrument_restores(use, recorded):
    """What was there before is there again, and nothing is recorded."""
    from mcp.client.session import ClientSession

    assert hasattr(ClientSession.send_request, "__wrapped__")
    pyflare.uninstrument()
    assert not hasattr(ClientSession.send_request, "__wrapped__")
    use_without = use.__wrapped__ if hasattr(use, "__wrapped__") else use
    use_without(lambda client: client.call_tool("add", {"a": 2, "b": 2}))
    assert {line.strip() for line in asked(recorded)} == {"span answer", "span carry"}
