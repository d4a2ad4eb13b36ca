"""Collectors to ship to: real OTLP receivers over HTTP and gRPC that can be stopped, started and told what to answer."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from pyflare.tracing.shipping import Destination


@dataclass
class Reply:
    """What a collector answers. By default it accepts."""

    status: int = 200
    grpc_code: grpc.StatusCode | None = None
    details: str = ""
    retry_after_s: float | None = None
    rejected: int = 0
    keeps: bool = True
    """Whether the spans count as received: False where the collector refuses them."""
    hangs_up: bool = False
    """Whether the connection is cut before the answer."""
    headers: dict[str, str] = field(default_factory=dict)


ACCEPT = Reply()
Script = Callable[[ExportTraceServiceRequest], Reply | None]


class Collector:
    """What both kinds have in common: what came, and what to answer."""

    protocol = ""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []
        self.times_s: list[float] = []
        self.spans: list[Any] = []
        self.replies: deque[Reply] = deque()
        self.script: Script | None = None

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def destination(self, **options: Any) -> Destination:
        return Destination(**{"endpoint": f"http://127.0.0.1:{self.port}", "protocol": self.protocol, **options})

    def receive(self, request: ExportTraceServiceRequest, headers: dict[str, str]) -> Reply:
        self.requests.append(request)
        self.headers.append(headers)
        self.times_s.append(time.monotonic())
        reply = self.script(request) if self.script is not None else None
        if reply is None:
            reply = self.replies.popleft() if self.replies else ACCEPT
        if reply.keeps:
            self.spans += spans_of(request)
        return reply

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    @property
    def counts(self) -> Counter[bytes]:
        """How often each span came, by id."""
        return Counter(span.span_id for span in self.spans)


def spans_of(request: ExportTraceServiceRequest) -> list[Any]:
    return [span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans]


class HttpCollector(Collector):
    """OTLP over HTTP."""

    protocol = "http/protobuf"
    _server: Any = None

    def start(self) -> None:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                headers = {**dict(self.headers), ":path": self.path}
                reply = collector.receive(ExportTraceServiceRequest.FromString(body), headers)
                if reply.hangs_up:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                response = ExportTraceServiceResponse()
                if reply.rejected:
                    response.partial_success.rejected_spans = reply.rejected
                    response.partial_success.error_message = reply.details
                content = response.SerializeToString()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.retry_after_s is not None:
                    self.send_header("Retry-After", f"{reply.retry_after_s:g}")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def __init__(self, *args: Any) -> None:
                self.connections: set[socket.socket] = set()
                super().__init__(*args)

            def process_request(self, request: Any, client_address: Any) -> None:
                self.connections.add(request)
                super().process_request(request, client_address)

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        for connection in server.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class GrpcCollector(Collector):
    """OTLP over gRPC."""

    protocol = "grpc"
    _server: Any = None

    def start(self) -> None:
        collector = self

        class Service(trace_service_pb2_grpc.TraceServiceServicer):
            def Export(self, request: ExportTraceServiceRequest, context: Any) -> ExportTraceServiceResponse:
                headers = {item.key: item.value for item in context.invocation_metadata()}
                reply = collector.receive(request, headers)
                if reply.grpc_code is not None:
                    if reply.retry_after_s is not None:
                        context.set_trailing_metadata((("grpc-status-details-bin", _retry_info(reply)),))
                    context.abort(reply.grpc_code, reply.details)
                response = ExportTraceServiceResponse()
                if reply.rejected:
                    response.partial_success.rejected_spans = reply.rejected
                    response.partial_success.error_message = reply.details
                return response

        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Service(), self._server)
        assert self._server.add_insecure_port(f"127.0.0.1:{self.port}") == self.port
        self._server.start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop(None).wait()


def _retry_info(reply: Reply) -> bytes:
    assert reply.grpc_code is not None
    assert reply.retry_after_s is not None
    status = Status(code=reply.grpc_code.value[0])
    delay = Duration(nanos=int(reply.retry_after_s * 1e9) % 10**9, seconds=int(reply.retry_after_s))
    status.details.add().Pack(RetryInfo(retry_delay=delay))
    return bytes(status.SerializeToString())


KINDS = {"http/protobuf": HttpCollector, "grpc": GrpcCollector}
