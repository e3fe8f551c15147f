"""`manage.py erase_words EVENT note --by USERNAME --reason …`: take words of a person out of the log for good."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.chain import ERASABLE
from core.models import Event
from core.sealing import erase
from core.workflow import Refused


class Command(BaseCommand):
    help = "Erases words of one event (personal information law, article 47). The chain verifies as before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", type=int)
        parser.add_argument("what", nargs="+", choices=ERASABLE)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who does it")
        parser.add_argument("--reason", required=True, help="kept in the log: without the words that are erased")

    def handle(self, *args: Any, **options: Any) -> None:
        event = Event.objects.filter(pk=options["event"]).first()
        person = get_user_model().objects.filter(username=options["by"], is_active=True).first()
        if event is None:
            raise CommandError(_("There is no event %(number)s in the log.") % {"number": options["event"]})
        if person is None:
            raise CommandError(_("Nobody signs in as %(name)s.") % {"name": options["by"]})
        try:
            told = erase(event, *options["what"], by=person, reason=options["reason"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(str(told))
