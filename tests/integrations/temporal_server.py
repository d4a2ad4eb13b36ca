"""As much of a Temporal server as one workflow with one activity needs: the history it keeps, and the tasks it hands out."""

from __future__ import annotations

import queue
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import grpc
from temporalio.api.common.v1 import ActivityType, Payloads, WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import CommandType, EventType
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import request_response_pb2 as api
from temporalio.api.workflowservice.v1 import service_pb2_grpc as service

_POLL_S = 0.5


class Server(service.WorkflowServiceServicer):
    """Runs one workflow at a time."""

    def __init__(self) -> None:
        self.events: list[HistoryEvent] = []
        self.headers: dict[str, Any] = {}
        """The header of what was started and scheduled, by name."""
        self.over: queue.Queue[HistoryEvent] = queue.Queue()
        self._workflow_tasks: queue.Queue[Any] = queue.Queue()
        self._activity_tasks: queue.Queue[Any] = queue.Queue()

    def __enter__(self) -> Self:
        self._server = grpc.server(ThreadPoolExecutor(16))
        service.add_WorkflowServiceServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None)

    def _add(self, kind: EventType.ValueType, **attributes: Any) -> HistoryEvent:
        event = HistoryEvent(event_id=len(self.events) + 1, event_type=kind, **attributes)
        event.event_time.GetCurrentTime()
        self.events.append(event)
        return event

    def _plan_workflow_task(self) -> None:
        self._add(EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, workflow_task_scheduled_event_attributes={})
        started = {"scheduled_event_id": len(self.events)}
        self._add(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED, workflow_task_started_event_attributes=started)
        self._workflow_tasks.put(
            api.PollWorkflowTaskQueueResponse(
                task_token=b"workflow",
                workflow_execution=self._execution,
                workflow_type=self._type,
                workflow_execution_task_queue=TaskQueue(name="orders"),
                started_event_id=len(self.events),
                attempt=1,
                history=History(events=self.events),
            )
        )

    def GetSystemInfo(self, request: Any, context: Any) -> Any:
        return api.GetSystemInfoResponse()

    def DescribeNamespace(self, request: Any, context: Any) -> Any:
        return api.DescribeNamespaceResponse()

    def StartWorkflowExecution(self, request: Any, context: Any) -> Any:
        self.headers["workflow"] = dict(request.header.fields)
        self._execution = WorkflowExecution(
            workflow_id=request.workflow_id, run_id="00000000-0000-4000-8000-000000000001"
        )
        self._type = WorkflowType(name=request.workflow_type.name)
        self._add(
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
            workflow_execution_started_event_attributes={
                "workflow_type": self._type,
                "task_queue": TaskQueue(name="orders"),
                "input": request.input,
                "header": request.header,
                "original_execution_run_id": self._execution.run_id,
                "first_execution_run_id": self._execution.run_id,
                "workflow_id": request.workflow_id,
                "attempt": 1,
            },
        )
        self._plan_workflow_task()
        return api.StartWorkflowExecutionResponse(run_id=self._execution.run_id)

    def PollWorkflowTaskQueue(self, request: Any, context: Any) -> Any:
        return self._next(self._workflow_tasks, api.PollWorkflowTaskQueueResponse())

    def PollActivityTaskQueue(self, request: Any, context: Any) -> Any:
        return self._next(self._activity_tasks, api.PollActivityTaskQueueResponse())

    def _next(self, tasks: queue.Queue[Any], nothing: Any) -> Any:
        try:
            return tasks.get(timeout=_POLL_S)
        except queue.Empty:
            return nothing

    def RespondWorkflowTaskCompleted(self, request: Any, context: Any) -> Any:
        done = {"scheduled_event_id": len(self.events) - 1, "started_event_id": len(self.events)}
        completed = self._add(
            EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, workflow_task_completed_event_attributes=done
        ).event_id
        for command in request.commands:
            if command.command_type == CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK:
                self._schedule(command.schedule_activity_task_command_attributes, completed)
            else:
                self.over.put(self._close(command))
        return api.RespondWorkflowTaskCompletedResponse()

    def _close(self, command: Any) -> HistoryEvent:
        if command.command_type == CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION:
            result = command.complete_workflow_execution_command_attributes.result
            return self._add(
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
                workflow_execution_completed_event_attributes={"result": result},
            )
        failure = command.fail_workflow_execution_command_attributes.failure
        return self._add(
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
            workflow_execution_failed_event_attributes={"failure": failure},
        )

    def _schedule(self, asked: Any, completed: int) -> None:
        self.headers["activity"] = dict(asked.header.fields)
        scheduled = {
            "activity_id": asked.activity_id,
            "activity_type": asked.activity_type,
            "task_queue": asked.task_queue,
            "header": asked.header,
            "input": asked.input,
            "start_to_close_timeout": asked.start_to_close_timeout,
            "workflow_task_completed_event_id": completed,
        }
        self._add(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, activity_task_scheduled_event_attributes=scheduled)
        task = api.PollActivityTaskQueueResponse(
            task_token=b"activity",
            workflow_namespace="default",
            workflow_type=self._type,
            workflow_execution=self._execution,
            activity_type=ActivityType(name=asked.activity_type.name),
            activity_id=asked.activity_id,
            header=asked.header,
            input=asked.input,
            attempt=1,
        )
        task.start_to_close_timeout.CopyFrom(asked.start_to_close_timeout)
        for time in (task.scheduled_time, task.current_attempt_scheduled_time, task.started_time):
            time.GetCurrentTime()
        self._activity_tasks.put(task)

    def _activity_started(self) -> dict[str, int]:
        scheduled = len(self.events)
        self._add(
            EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
            activity_task_started_event_attributes={"scheduled_event_id": scheduled, "attempt": 1},
        )
        return {"scheduled_event_id": scheduled, "started_event_id": scheduled + 1}

    def RespondActivityTaskCompleted(self, request: Any, context: Any) -> Any:
        ids = self._activity_started()
        self._add(
            EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
            activity_task_completed_event_attributes={**ids, "result": Payloads(payloads=request.result.payloads)},
        )
        self._plan_workflow_task()
        return api.RespondActivityTaskCompletedResponse()

    def RespondActivityTaskFailed(self, request: Any, context: Any) -> Any:
        ids = self._activity_started()
        self._add(
            EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
            activity_task_failed_event_attributes={**ids, "failure": request.failure},
        )
        self._plan_workflow_task()
        return api.RespondActivityTaskFailedResponse()

    def GetWorkflowExecutionHistory(self, request: Any, context: Any) -> Any:
        try:
            event = self.over.get(timeout=10)
        except queue.Empty:
            return api.GetWorkflowExecutionHistoryResponse()
        return api.GetWorkflowExecutionHistoryResponse(history=History(events=[event]))

    def ShutdownWorker(self, request: Any, context: Any) -> Any:
        return api.ShutdownWorkerResponse()
