"""Load the demo, once, and print who can sign in: `manage.py demo`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import translation

from config.story import calls_2026, competition_2013, offices, privacy_2026
from config.story.people import ADMINISTRATORS, LOGINS, PASSWORD, found
from config.story.programme import Programme
from config.story.stage import Stage
from core import clock
from core.sealing import take_root
from grants.models import Call


class Command(BaseCommand):
    help = "Plays the story of the demo through the verbs, unless it is there already, and prints the logins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="do not print the logins")

    def handle(self, *args: Any, **options: Any) -> None:
        if not Call.objects.filter(code="DF2013").exists():
            self.stdout.write("正在载入演示数据…")
            with translation.override("zh-hans"):
                self.load()
        if not options["quiet"]:
            self.print_logins()

    @transaction.atomic
    def load(self) -> None:
        """All of the story, or none."""
        cast = found()
        programme = Programme(cast, clock.today())
        offices.set_marks(cast)
        stage = Stage(cast, programme)
        competition_2013.play(stage, programme)
        calls_2026.play(stage, programme)
        privacy_2026.play(cast, clock.today())
        take_root()  # from now on the clock does it (`manage.py tick`)

    def print_logins(self) -> None:
        self.stdout.write(f"\n登录（密码都是 {PASSWORD}；也可用手机号 13800138001 起依次登录）：")
        keepers = [(username, name, what) for username, name, _office, what in ADMINISTRATORS]
        for username, name, what in [*LOGINS, *keepers]:
            self.stdout.write(f"  {username:<13} {name}　{what}")
        self.stdout.write("")
