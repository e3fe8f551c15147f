"""End the account of the installation: `manage.py retire_superuser NAME`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.workflow import Refused
from people.actions import retire_superuser
from people.models import User


class Command(BaseCommand):
    help = "Deactivates a superuser once all three administrators are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_superuser=True).first()
        if user is None:
            raise CommandError(f"No superuser is called {options['username']}.")
        try:
            retire_superuser(user)
        except Refused as refused:
            raise CommandError(" ".join(refused.reasons)) from refused
        self.stdout.write(f"{user.username} cannot sign in any more.")
