"""Draw the life of a noun from its code: `manage.py state_diagram projects.Project` prints a Mermaid diagram."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models
from django.utils import translation

from core.workflow import transitions


def diagram(model: type[models.Model]) -> str:
    """A Mermaid state diagram, states in the order of the class, labels in English and Chinese."""
    states = model._meta.get_field("state").flatchoices  # type: ignore[union-attr]
    order = [state for state, _label in states]
    lines = ["stateDiagram-v2", "    direction TB"]
    for state, label in states:
        with translation.override("zh-hans"):
            chinese = str(label)
        lines.append(f"    {state}: {state} {chinese}")
    lines.append(f"    [*] --> {order[0]}")
    found = sorted(transitions(model), key=lambda step: (order.index(step.source), order.index(step.target)))
    for step in found:
        lines.append(f"    {step.source} --> {step.target}: {step.name}")
    ends = [state for state in order if state not in {step.source for step in found}]
    lines += [f"    {state} --> [*]" for state in ends]
    return "\n".join(lines)


class Command(BaseCommand):
    help = "Prints the state diagram of a model as Mermaid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", help="app.Model, for example projects.Project")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(diagram(apps.get_model(options["model"])))
