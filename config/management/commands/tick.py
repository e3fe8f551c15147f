"""What happens because time passes: `manage.py tick`, once from cron, or `--every 60` beside the worker."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from config.reminders import remind
from config.sizes import learn_sizes
from config.workers import take_again
from core.notifications import deliver_due
from core.sealing import seal_events, take_root
from core.strangers import forget_knocks
from evaluations.actions.reporting import note_silences
from evaluations.actions.votes import close_ended
from people.actions.signing_in import forget_attempts
from projects.actions.follow_ups import follow_up_by_clock
from projects.actions.likeness import compare_forgotten
from projects.actions.monthly import make_monthly_reports
from projects.actions.people import end_parts_of_ended_projects
from projects.actions.pledges import lapse_overdue
from reports.actions.imports import go_on_with_killed_imports
from reports.actions.made_files import forget_made
from reports.actions.papers import print_waiting
from reports.actions.printing import go_on_with_killed, remove_printed
from reports.figures.counted import count_for_everybody
from reports.personal.retention import forget_due
from reports.search.upkeep import catch_up
from reports.verification import forget_checks

DUTIES: tuple[Callable[[], int], ...] = (
    *(seal_events, take_root),
    *(make_monthly_reports, lapse_overdue, note_silences, close_ended, follow_up_by_clock),
    *(remind, deliver_due, end_parts_of_ended_projects, forget_due, forget_checks, forget_made, print_waiting),
    *(forget_knocks, forget_attempts, take_again, go_on_with_killed, go_on_with_killed_imports, compare_forgotten),
    *(remove_printed, catch_up, learn_sizes, count_for_everybody),
)
"""Each does what is due and says how many things that were; asked again at once, it finds nothing. Two may run at the
same time, and on several machines one is enough: the others see that it is at it, and leave it to that one."""
LOCK = 0x71C4


class Command(BaseCommand):
    help = "Does what is due by the clock: reminders, summaries, second tries of messages, names whose time is over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="go on, with so many seconds between")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            failed = 0
            if self.asks("pg_try_advisory_lock"):
                failed = sum([not self.do(duty) for duty in DUTIES])
                self.asks("pg_advisory_unlock")
            if not options["every"]:
                if failed:  # whoever runs it from cron is told; what failed is said already
                    sys.exit(1)
                return
            close_old_connections()
            sleep(options["every"])

    def asks(self, function: str) -> bool:
        """Ask PostgreSQL for the lock, or give it back; whether it did. It is one of the connection: a machine that
        dies loses it. Two would do no harm (see `DUTIES`), so nothing depends on that connection's staying open."""
        if connection.vendor != "postgresql":
            return True
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {function}(%s)", [LOCK])
                return bool(cursor.fetchone()[0])
        except DatabaseError as failure:  # it comes back, and so does the next minute
            self.stderr.write(f"tick: {type(failure).__name__}")
            return False

    def do(self, duty: Callable[[], int]) -> bool:
        """One duty that fails keeps nobody from the others: it is said, and tried again the next time."""
        try:
            done = duty()
        except Exception as failure:
            self.stderr.write(f"{duty.__name__}: {type(failure).__name__}: {failure}")
            return False
        if done:
            self.stdout.write(f"{duty.__name__}: {done}")
        return True
