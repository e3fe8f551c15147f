import secrets
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models import Role
from projects.models.project import Project

CONFIRM_WITHIN = timedelta(days=3)
"""How long the link in the mail confirms an objection. An award waits for no unconfirmed one longer than this."""
ANSWER_WITHIN = timedelta(days=7)
"""An objection is answered within a week (field guide 1.2)."""
READERS = (Role.STAFF, Role.APPROVER, Role.AUDITOR)
"""Who at the funder reads objections; only the first two do anything about them."""
FORGET_AFTER = timedelta(days=30)
"""How long the name and contact of an objection that was never confirmed are kept, in case somebody asks."""


def new_token() -> str:
    return secrets.token_urlsafe(24)


def may_still_be_confirmed() -> Q:
    """By its link in time; one with a phone only waits until the clerk has called."""
    fresh = Q(email="") | Q(arrived_at__gt=clock.now() - CONFIRM_WITHIN)
    return Q(confirmed_at__isnull=True, lapsed_at__isnull=True) & fresh


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user) -> "ObjectionQuerySet":
        """Received ones, and those to be called: for the clerks, approvers and auditors of the funder, unless they
        compete in the call.

        Nobody else learns who objects. An address that nobody has confirmed is nobody's business either.
        """
        if not user.is_authenticated:
            return self.none()
        found = self.filter(notice__call__funder__in=user.organizations_as(*READERS))
        found = found.exclude(notice__call__in=Project.objects.staked_by(user).values("call"))
        return found.filter(Q(confirmed_at__isnull=False) | Q(email=""))

    def received(self) -> "ObjectionQuerySet":
        """Confirmed: somebody can be reached, so that they count as objections."""
        return self.filter(confirmed_at__isnull=False)

    def open(self) -> "ObjectionQuerySet":
        """Received and not ruled on."""
        return self.received().filter(ruling="")

    def unconfirmed(self) -> "ObjectionQuerySet":
        """Arrived, and may still be confirmed."""
        return self.filter(may_still_be_confirmed())

    def to_call(self) -> "ObjectionQuerySet":
        """With a phone only: the clerk confirms by calling."""
        return self.unconfirmed().filter(email="")

    def forgettable(self) -> "ObjectionQuerySet":
        """Never confirmed, and too late for it since long ago."""
        old = Q(arrived_at__lt=clock.now() - FORGET_AFTER) & (~Q(email="") | Q(lapsed_at__isnull=False))
        return self.filter(old, confirmed_at__isnull=True)


class Objection(models.Model):
    """What somebody says against a project in public notice, what was found out, and how the funder ruled.

    Without a project it is against the notice as a whole: somebody is missing in it, a place or a score is wrong.

    It counts from the moment it arrived (`arrived_at`), also when it is confirmed after the notice has ended.
    """

    class Ruling(models.TextChoices):
        DISMISSED = "dismissed", _("Dismissed: the result is upheld")
        CORRECTED = "corrected", _("Corrected: what the notice says is corrected and published again")
        UPHELD = "upheld", _("Upheld: the project loses its place")
        RECONSIDER = "reconsider", _("Upheld: the results are judged or calculated again")

    project = models.ForeignKey(
        "projects.Project",
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="objections",
        null=True,
        blank=True,
    )
    notice = models.ForeignKey(
        "projects.Notice", verbose_name=_("public notice"), on_delete=models.PROTECT, related_name="objections"
    )
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    confirmation = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    name = models.CharField(_("your real name"), max_length=60)
    email = models.EmailField(_("your e-mail"), blank=True)
    phone = models.CharField(_("your phone"), max_length=30, blank=True)
    text = models.TextField(_("objection and facts"), max_length=2000)
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    arrived_at = models.DateTimeField(_("arrived at"), default=clock.now)

    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    lapsed_at = models.DateTimeField(_("could not be confirmed"), null=True, blank=True)
    called_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    call_note = models.CharField(_("note of the call"), max_length=300, blank=True)

    examined_at = models.DateTimeField(_("examined since"), null=True, blank=True)
    examined_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gist = models.TextField(_("what the group reads"), max_length=2000, blank=True)
    answer_until = models.DateField(_("the group answers until"), null=True, blank=True)

    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling.choices, blank=True)
    reason = models.TextField(_("reasons"), max_length=2000, blank=True)
    ruled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["arrived_at", "pk"]
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        indexes = [models.Index(fields=["sender", "arrived_at"], name="objection_by_sender")]
        constraints = [
            models.CheckConstraint(
                name="objector_can_be_reached",
                condition=~Q(email="", phone=""),
                violation_error_message=_("Please leave an e-mail address or a phone number."),
            ),
            models.CheckConstraint(
                name="objection_lapsed_or_confirmed", condition=Q(lapsed_at__isnull=True) | Q(confirmed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="examination_is_whole",
                condition=Q(examined_at__isnull=True, examined_by__isnull=True)
                | Q(examined_at__isnull=False, examined_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ruling_is_whole",
                condition=Q(ruling="", reason="", ruled_by__isnull=True, ruled_at__isnull=True)
                | (
                    ~Q(ruling="")
                    & ~Q(reason="")
                    & Q(ruled_by__isnull=False, ruled_at__isnull=False, confirmed_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="whole_notice_is_reconsidered_and_a_line_is_not",
                condition=Q(ruling__in=["", "dismissed"])
                | Q(project__isnull=True, ruling="reconsider")
                | Q(project__isnull=False, ruling__in=["corrected", "upheld"]),
            ),
            # Four eyes: who looked into it does not rule on it.
            models.CheckConstraint(
                name="ruled_by_another_than_examined",
                condition=Q(ruled_by__isnull=True) | Q(examined_by__isnull=True) | ~Q(ruled_by=F("examined_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        """Where the funder works on it."""
        return reverse("projects:objection_detail", args=[self.pk])

    def get_confirm_url(self) -> str:
        """The link in the mail."""
        return reverse("projects:objection_confirm", args=[self.confirmation])

    def get_follow_url(self) -> str:
        """Where whoever objected sees how it stands, without an account."""
        return reverse("projects:objection_follow", args=[self.token])

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        if self.project is not None:
            return self.project.title
        return _("The whole of notice %(number)s") % {"number": self.notice.number}

    @property
    def due_on(self) -> date:
        """Until when it is to be ruled on."""
        return clock.localdate(self.arrived_at) + ANSWER_WITHIN

    @property
    def standing(self) -> str:
        """How it stands, in a word."""
        if self.ruling:
            return self.get_ruling_display()
        if self.lapsed_at:
            return _("could not be confirmed")
        if self.confirmed_at is None:
            return _("to be confirmed by a call")
        return _("being examined") if self.examined_at else _("not examined yet")

    @property
    def confirm_by(self):
        """Until when the link in the mail works."""
        return self.arrived_at + CONFIRM_WITHIN

    @property
    def is_confirmable(self) -> bool:
        """Not confirmed yet, and not too late."""
        in_time = not self.email or clock.now() < self.confirm_by
        return self.confirmed_at is None and self.lapsed_at is None and in_time

    @property
    def was_confirmed_late(self) -> bool:
        """Confirmed after the notice had ended; it arrived in time and counts."""
        return self.confirmed_at is not None and clock.localdate(self.confirmed_at) > self.notice.last_day

    @property
    def can_be_answered(self) -> bool:
        """The group has been told, its time runs, and it has not answered."""
        in_time = self.answer_until is not None and clock.today() <= self.answer_until
        return in_time and not self.ruling and self.answer is None

    @property
    def answer(self) -> "ObjectionNote | None":
        """What the group said to it."""
        return next((note for note in self.notes.all() if note.kind == ObjectionNote.Kind.ANSWER), None)


class ObjectionNoteQuerySet(models.QuerySet["ObjectionNote"]):
    def visible_to(self, user) -> "ObjectionNoteQuerySet":
        """Whoever works on the objection; the group reads the files of its own answer."""
        if not user.is_authenticated:
            return self.none()
        own = Q(kind=ObjectionNote.Kind.ANSWER, objection__project__applicant__in=user.organizations_as(*GROUP))
        return self.filter(Q(objection__in=Objection.objects.visible_to(user)) | own)


GROUP = (Role.MANAGER, Role.STAFF)


class ObjectionNote(models.Model):
    """One step of looking into an objection: an inquiry, the group's answer, a hearing. Added, never changed."""

    class Kind(models.TextChoices):
        INQUIRY = "inquiry", _("Inquiry")
        ANSWER = "answer", _("Answer of the group")
        HEARING = "hearing", _("Hearing")

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    people = models.CharField(_("who was asked or present"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=2000)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=clock.now)

    objects = ObjectionNoteQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("note on an objection")
        verbose_name_plural = _("notes on objections")
        constraints = [
            models.UniqueConstraint(fields=["objection"], name="group_answers_once", condition=Q(kind="answer")),
            models.CheckConstraint(
                name="hearing_says_when_and_who",
                condition=~Q(kind="hearing") | (Q(held_on__isnull=False) & ~Q(people="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
