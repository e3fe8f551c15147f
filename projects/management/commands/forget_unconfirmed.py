"""`manage.py forget_unconfirmed`: delete objections that nobody confirmed in a month; for a daily timer."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.actions.objections import forget_unconfirmed


class Command(BaseCommand):
    help = "Delete objections that were never confirmed, with their files."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(forget_unconfirmed()))
