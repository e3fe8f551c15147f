"""`manage.py draw_sample 12`: draw a sample again from what was written down with it, and compare the lists."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from evaluations.actions.sampling import draw_again
from evaluations.models import Sample


class Command(BaseCommand):
    help = "Draws a random sample again from its frame and seed; exit code 1 when the list is not the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sample", type=int, help="the number of the sample, as its page says")

    def handle(self, *args: Any, **options: Any) -> None:
        sample = Sample.objects.filter(pk=options["sample"]).first()
        if sample is None:
            raise CommandError(_("There is no sample %(number)s.") % {"number": options["sample"]})
        again = draw_again(sample)
        labels = {line["key"]: line["label"] for line in sample.frame}
        drawn = {"seed": sample.seed, "size": sample.size, "all": len(sample.frame)}
        self.stdout.write(_("Seed %(seed)s, %(size)s of %(all)s") % drawn)
        if sample.threshold is not None:
            self.stdout.write(_("Whatever reaches %(amount)s is in it anyway") % {"amount": sample.threshold})
        for place, key in enumerate(again.keys, start=1):
            self.stdout.write(f"{place}. [{key}] {labels[key]}")
        if not again.is_same:
            raise CommandError(_("Not the same list: what was looked at is not what the lot chose."))
        self.stdout.write(_("The same list: what was looked at is what the lot chose."))
