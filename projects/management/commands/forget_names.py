"""`manage.py forget_names`: remove the names whose time is over from rosters and sign-ins; for a daily timer."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.actions.roster import anonymise_expired


class Command(BaseCommand):
    help = "Remove names and phones whose agreed time is over. Figures stay."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(anonymise_expired()))
