"""Where tasks wait for a worker. A task belongs to the transaction in which it is asked for: it is there if and only if
what it is about is stored. So no server that dies between the two leaves work that nobody will ever do."""

from functools import partial
from typing import Any

from django.db import transaction
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks_db.backend import DatabaseBackend

from config.logs import request_id


class TracedQueue(DatabaseBackend):
    """The queue in the database; beside the arguments of a task stands which request has asked for it."""

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> Any:
        row = super()._task_to_db_task(task, args, kwargs)
        if asked_by := request_id.get():
            row.args_kwargs["request"] = asked_by
            row.save(update_fields=["args_kwargs"])
        return row


class NoQueue(ImmediateBackend):
    """Without a worker: done by whoever asks, as soon as the transaction is committed."""

    def _execute_task(self, task_result: Any) -> None:
        transaction.on_commit(partial(super()._execute_task, task_result))
