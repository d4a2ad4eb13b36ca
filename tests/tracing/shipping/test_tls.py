"""Shipping over TLS: the certificate is checked, and a client can show its own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from concurrent import futures
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from pyflare.tracing.shipping import Destination
from pyflare.tracing.shipping.answer import Accepted, Failed
from pyflare.tracing.shipping.connect import connect

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, path = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return str(path), str(key)


@pytest.fixture
def https_port(certificate):
    """A collector that wants to see a client's certificate."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate[0])
    context.load_cert_chain(*certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def grpc_port(certificate):
    """The same over gRPC."""

    class Service(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request, context):
            return ExportTraceServiceResponse()

    path, key = (Path(name).read_bytes() for name in certificate)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Service(), server)
    credentials = grpc.ssl_server_credentials([(key, path)], root_certificates=path, require_client_auth=True)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    yield port
    server.stop(None).wait()


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_certificates_are_checked_on_both_sides(certificate, https_port, grpc_port, protocol):
    """With the right certificates spans are taken; without them they wait."""
    port = grpc_port if protocol == "grpc" else https_port
    path, key = certificate
    own = {"client_certificate_file": path, "client_key_file": key}
    for files, expected in (
        ({}, Failed),
        ({"certificate_file": path}, Failed),
        ({"certificate_file": path, **own}, Accepted),
    ):
        sender = connect(Destination(endpoint=f"https://localhost:{port}", protocol=protocol, timeout_s=5, **files))
        assert isinstance(sender.send(b""), expected), files
        sender.close()


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_certificate_that_is_not_there_is_a_failure(tmp_path, https_port, protocol):
    """A wrong path does not end the thread; it says so."""
    missing = str(tmp_path / "missing.pem")
    endpoint = f"https://localhost:{https_port}"
    sender = connect(Destination(endpoint=endpoint, protocol=protocol, certificate_file=missing))
    answer = sender.send(b"")
    assert isinstance(answer, Failed)
    assert "missing.pem" in answer.reason
    sender.close()
