from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.questions import shipped


class Audience(models.TextChoices):
    """Who is asked: each is an indicator of its own (field guide 2.9 E)."""

    RESIDENT = "resident", _("Residents and people served")
    COMMUNITY = "community", _("Community, or who reported the need")
    VOLUNTEER = "volunteer", _("Volunteers")


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def in_force(self, funder: Any, audience: str) -> "Questionnaire":
        """The funder's newest edition for these people, else the newest of all; the first one is ours."""
        mine = self.filter(Q(funder=funder) | Q(funder=None), audience=audience)
        found = mine.order_by(models.F("funder").asc(nulls_last=True), "-version").first()
        if found is None:
            found, _made = self.get_or_create(funder=None, audience=audience, version=1, defaults=shipped(audience))
        return found


class Questionnaire(models.Model):
    """What people are asked about a project (满意度问卷), in one edition: never changed, only followed by the next.

    An answer keeps the edition it was given to, so that what was asked can be read beside it.
    """

    funder = models.ForeignKey(
        "people.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    audience = models.CharField(_("who is asked"), max_length=10, choices=Audience.choices)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    question = models.CharField(
        _("the one question"), max_length=40, help_text=_("Stands on the poster and above the three faces")
    )
    activity_question = models.CharField(
        _("the one question about an activity"),
        max_length=40,
        blank=True,
        help_text=_("On the poster of an activity and above its three faces; empty: the same as for the project"),
    )
    open_question = models.CharField(_("the open question"), max_length=60)
    items = models.JSONField(_("questions"), default=list)
    """[{key, scale, text}]: five steps each; `overall` is always among them."""
    made_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(_("in force since"), default=clock.now, editable=False)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["audience", "-version"]
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = [
            models.UniqueConstraint("funder", "audience", "version", name="questionnaire_version_once"),
            models.UniqueConstraint(
                "audience", "version", name="shared_questionnaire_version_once", condition=Q(funder__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        said = {"audience": self.get_audience_display(), "n": self.version}
        return gettext("%(audience)s: questionnaire, edition %(n)s") % said

    def get_absolute_url(self) -> str:
        return reverse("evaluations:questionnaire_detail", args=[self.pk])

    def question_about(self, activity: Any = None) -> str:
        """The one question as it is asked about the project, or about one of its activities."""
        return (self.activity_question if activity else "") or self.question
