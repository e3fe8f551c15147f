import secrets
from datetime import date, timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.project import Project

ANSWER_WITHIN = timedelta(days=30)
"""So long a group has time to answer; after that nobody knows how it fares (失联), which is not the same as ended."""
LINK_FOR = timedelta(days=90)
"""A link that can be passed on does not open for ever."""


def new_key() -> str:
    return secrets.token_urlsafe(12)


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user) -> "FollowUpQuerySet":
        """Of the projects whose delivery this person may see."""
        return self.filter(Project.objects.all().seen_in_delivery(user, "project"))

    def answered(self) -> "FollowUpQuerySet":
        return self.filter(seen_on__isnull=False)

    def open(self) -> "FollowUpQuerySet":
        """Asked, and not answered yet."""
        return self.filter(seen_on__isnull=True)

    def overdue(self) -> "FollowUpQuerySet":
        return self.open().filter(answer_until__lt=clock.today())

    def silent(self) -> "FollowUpQuerySet":
        """Overdue, and nobody has seen the project otherwise since it was asked (失联)."""
        later = FollowUp.objects.filter(project=models.OuterRef("project"), seen_on__gte=models.OuterRef("due_on"))
        return self.overdue().exclude(models.Exists(later))


class FollowUp(models.Model):
    """A look back after the end: does the group still do what it began? (S3: 「8个项目中有5个坚持到了现在」)

    Asked by itself 6, 12 and 24 months after the completion, by a link that needs no account; answered by the group, or
    written down by mentor or clerk after a call or a visit, also at another time (`months` is empty then).
    """

    class Months(models.IntegerChoices):
        HALF_A_YEAR = 6, _("after 6 months")
        A_YEAR = 12, _("after 12 months")
        TWO_YEARS = 24, _("after 24 months")

    class Form(models.TextChoices):
        """In which form it goes on; what has become an everyday service is the best that can be said of a project."""

        SAME = "same", _("The same project goes on")
        REGULAR = "regular", _("It has become a regular service")
        CHANGED = "changed", _("It goes on in another form")
        STOPPED = "stopped", _("It has stopped")

    class How(models.TextChoices):
        LINK = "link", _("by link, from the group")
        PHONE = "phone", _("by phone")
        VISIT = "visit", _("at a visit")

    class Money(models.TextChoices):
        """From where the money comes by which it goes on."""

        NONE = "none", _("It needs no money")
        MEMBERS = "members", _("Members pay themselves")
        FEES = "fees", _("Participants pay")
        COMMUNITY = "community", _("Community or street")
        PUBLIC = "public", _("Other public money: purchase, lottery, grants")
        GIVERS = "givers", _("Enterprises, foundations, donations")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    months = models.PositiveSmallIntegerField(_("when"), choices=Months.choices, null=True, editable=False)
    due_on = models.DateField(_("due on"), null=True, editable=False)
    answer_until = models.DateField(_("to be answered until"), null=True, editable=False)
    key = models.CharField(max_length=24, default=new_key, editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0, editable=False)

    seen_on = models.DateField(_("day"), null=True)
    how = models.CharField(_("how we know"), max_length=5, choices=How.choices, blank=True)
    form = models.CharField(_("does it go on?"), max_length=7, choices=Form.choices, blank=True)
    still_active = models.BooleanField(_("still active"), null=True, editable=False)
    people = models.PositiveIntegerField(
        _("people who take part in a usual month"), null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    money = models.JSONField(_("money comes from"), default=list, blank=True)
    needs = models.CharField(_("what is needed"), max_length=300, blank=True)
    note = models.CharField(_("what we saw"), max_length=300, blank=True)
    answered_by = models.CharField(_("who answered"), max_length=60, blank=True)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = [models.F("seen_on").desc(nulls_last=True), "-due_on", "-pk"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [
            models.Index(fields=["answer_until"], name="follow_up_waiting", condition=models.Q(seen_on__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "months"], name="followed_up_once_a_date", condition=Q(months__isnull=False)
            ),
            models.CheckConstraint(
                name="follow_up_asked_or_seen",
                condition=Q(months__isnull=True, seen_on__isnull=False)
                | Q(months__isnull=False, due_on__isnull=False, answer_until__isnull=False),
            ),
            models.CheckConstraint(
                name="follow_up_answered_whole",
                condition=Q(seen_on__isnull=True, form="", how="", still_active__isnull=True)
                | Q(seen_on__isnull=False, still_active__isnull=False)
                & ~Q(how="")
                & (
                    Q(still_active=False, form="stopped")
                    | Q(still_active=True, form__in=["same", "regular", "changed"])
                ),
            ),
            models.CheckConstraint(
                name="follow_up_by_link_or_by_somebody",
                condition=~Q(how__in=["phone", "visit"]) | Q(by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.get_months_display() or self.seen_on}"

    @property
    def is_answered(self) -> bool:
        return self.seen_on is not None

    @property
    def is_overdue(self) -> bool:
        """Asked and not answered in time: nobody knows (失联)."""
        return not self.is_answered and self.answer_until is not None and self.answer_until < clock.today()

    @property
    def link_until(self) -> date | None:
        return None if self.due_on is None else self.due_on + LINK_FOR

    @property
    def link_is_open(self) -> bool:
        """Once, and not for ever."""
        return not self.is_answered and self.link_until is not None and clock.today() <= self.link_until

    @property
    def money_words(self) -> str:
        labels = dict(self.Money.choices)
        return "、".join(str(labels[one]) for one in self.money if one in labels)
