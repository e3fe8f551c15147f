from typing import Any, TypeVar

from django.db import models

from projects.models.project import Project

Kept = TypeVar("Kept", bound=models.Model)


class InDelivery(models.QuerySet[Kept]):
    """Parts of a project's delivery: whoever may see the delivery may see that they are there."""

    def visible_to(self, user: Any) -> "InDelivery[Kept]":
        """Of the projects whose delivery this person may see; who reads what is in them is asked of `rules`."""
        return self.filter(Project.objects.all().seen_in_delivery(user, "project"))
