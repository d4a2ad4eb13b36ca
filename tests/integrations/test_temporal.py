"""temporalio's own client and worker against a server of our own that speaks as much of the protocol as they need.

Temporal's development server is a download, which tests do not make.
"""

import asyncio

import pytest

pytest.importorskip("temporalio")
pytest.importorskip("grpc")

from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.worker import Worker

import pyflare
from tests.integrations.temporal_server import Server
from tests.integrations.temporal_shop import Order, pack
from tests.tracing.recorded import tree

ERROR = 2


async def order(server, item, **options):
    client = await Client.connect(server.address, **options)
    async with Worker(client, task_queue="orders", workflows=[Order], activities=[pack], max_cached_workflows=0):
        with pyflare.span("order"):
            return await client.execute_workflow(Order.run, item, id="order-1", task_queue="orders")


@pytest.fixture
def server():
    with Server() as server:
        yield server


def test_workflow(server, recorded):
    """Starting a workflow, the workflow and its activity are one trace."""
    pyflare.instrument("temporal")
    assert asyncio.run(order(server, "lamp")) == "packed lamp"
    spans = recorded.ended()
    parents = tree(spans)
    assert parents["StartWorkflow:Order"] == "order"
    assert parents["RunWorkflow:Order"] == "StartWorkflow:Order"
    assert parents["RunActivity:pack"] == "StartActivity:pack"
    assert len({span.trace_id for span in spans}) == 1
    run = recorded.one("RunActivity:pack")
    assert (run.span_kind, run.attributes["temporalWorkflowID"]) == (1, "order-1")
    assert run.duration_ns > 0


def test_activity_that_fails(server, recorded):
    """What an activity raises is on its span."""
    pyflare.instrument("temporal")
    with pytest.raises(WorkflowFailureError):
        asyncio.run(order(server, "stone"))
    run = recorded.one("RunActivity:pack")
    assert run.status_code == ERROR
    assert run.events[0][2]["exception.message"] == "too heavy"


def test_interceptor_of_the_program(server, recorded):
    """A client that has the interceptor already keeps it as the only one."""
    pyflare.instrument("temporal")
    own = TracingInterceptor(pyflare.tracer_provider().get_tracer("own"))
    asyncio.run(order(server, "lamp", interceptors=[own]))
    assert recorded.one("StartWorkflow:Order").scope_name == "own"


def test_uninstrument(server, recorded):
    """A client that was made before writes no more; spans of the program stay where they were."""

    async def run():
        pyflare.instrument("temporal")
        client = await Client.connect(server.address)
        pyflare.uninstrument("temporal")
        with pyflare.span("order"):
            await client.start_workflow(Order.run, "lamp", id="order-1", task_queue="orders")

    asyncio.run(run())
    assert [span.name for span in recorded.ended()] == ["order"]
