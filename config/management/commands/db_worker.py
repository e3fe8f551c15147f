"""The worker of `django-tasks-db`, with signs of life (config.workers)."""

import gc
from typing import Any

from django_tasks_db.management.commands import db_worker

from config.workers import signs_of_life


class Command(db_worker.Command):
    def handle(self, *, worker_id: str, **options: Any) -> None:
        gc.freeze()  # what is loaded stays: a large import would have it looked through for garbage again and again
        with signs_of_life(worker_id):
            super().handle(worker_id=worker_id, **options)
