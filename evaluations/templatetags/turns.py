"""Whose turn it is, for pages of other apps: a project, and lists of them."""

from collections.abc import Iterable
from typing import Any

from django import template

from evaluations.turns import turns
from projects.models import Project

register = template.Library()


@register.simple_tag
def whose_turn(projects: Iterable[Project] | Project) -> dict[int, Any]:
    """Of one project, or of all on a page at once, by their numbers."""
    return turns([projects] if isinstance(projects, Project) else projects)
