"""`manage.py retention [--dry-run]`: what is due to be forgotten, rule by rule; without `--dry-run` it is done."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reports.personal.retention import due, forget_now


class Command(BaseCommand):
    help = "Forget personal data whose time is over. Figures, ledger and log stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        for each in due():
            waits = "".join(f"；暂缓{number}条：{why}" for why, number in each.waiting.items())
            self.stdout.write(f"{each.rule.what}（{each.rule.when}）：到期{each.going}条{waits}")
        if options["dry_run"]:
            self.stdout.write("只是查看，没有改动任何内容。")
            return
        done = forget_now()
        self.stdout.write(f"已处理{sum(done.values())}条。")
