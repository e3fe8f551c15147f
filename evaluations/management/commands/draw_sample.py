"""`manage.py draw_sample 12`: draw a sample again from what was written down with it, and compare the lists."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evaluations.actions.sampling import draw_again
from evaluations.models import Sample


class Command(BaseCommand):
    help = "Draws a random sample again from its frame and seed; exit code 1 when the list is not the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sample", type=int, help="the number of the sample, as its page says")

    def handle(self, *args: Any, **options: Any) -> None:
        sample = Sample.objects.filter(pk=options["sample"]).first()
        if sample is None:
            raise CommandError(f"There is no sample {options['sample']}.")
        again = draw_again(sample)
        labels = {line["key"]: line["label"] for line in sample.frame}
        self.stdout.write(f"seed {sample.seed}, {sample.size} of {len(sample.frame)}, threshold {sample.threshold}")
        for place, key in enumerate(again.keys, start=1):
            self.stdout.write(f"{place}. [{key}] {labels[key]}")
        if not again.is_same:
            raise CommandError("The list is not the one that was looked at.")
        self.stdout.write("The same list.")
