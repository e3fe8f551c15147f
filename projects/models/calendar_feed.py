import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.project import Project


def new_token() -> str:
    return secrets.token_urlsafe(24)


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def open(self) -> "CalendarFeedQuerySet":
        """Not taken back, and of somebody who is still here."""
        return self.filter(revoked_at__isnull=True, person__is_active=True)


class CalendarFeed(models.Model):
    """A secret link by which a calendar on a phone reads activities: of one project, or of all that a person sees.

    What it gives is asked anew each time: who leaves the group no longer gets anything through it.
    """

    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="calendar_feeds", editable=False)
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, related_name="calendar_feeds", editable=False
    )
    made_at = models.DateTimeField(_("made at"), default=clock.now, editable=False)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")

    def __str__(self) -> str:
        return f"{self.project or self.person}"

    @property
    def seen(self) -> models.QuerySet[Project]:
        """The projects whose activities it shows now."""
        mine = Project.objects.delivery_visible_to(self.person)
        return mine.filter(pk=self.project_id) if self.project_id else mine
