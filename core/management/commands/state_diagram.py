"""Draw the life of a noun from its code: `manage.py state_diagram projects.Project projects.Tranche`."""

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
    help = "Prints the state diagrams of models as a Markdown page with Mermaid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("models", nargs="+", help="app.Model, for example projects.Project")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            "# States\n\nDrawn from the code by `manage.py state_diagram`; a test fails when it is stale."
        )
        for label in options["models"]:
            model = apps.get_model(label)
            self.stdout.write(f"\n## {model.__name__}\n\n```mermaid\n{diagram(model)}\n```")
