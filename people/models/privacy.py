"""What people are told about their data, who agreed to it, and what they ask (个人信息保护法, articles 14 to 17, 44 to
50, 55)."""

import secrets
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.workflow import StateField, Stateful, requires, step
from people.models.membership import Role
from people.privacy_words import NOTICE

ANSWER_WORKDAYS = 15
"""Within so many workdays a request is answered (field guide 3.8; the law says 及时)."""


def new_token() -> str:
    return secrets.token_urlsafe(24)


class PrivacyNoticeQuerySet(models.QuerySet["PrivacyNotice"]):
    def in_force(self) -> "PrivacyNotice":
        """The newest version; the first one is ours, and is put down as soon as somebody has to agree to it."""
        found = self.order_by("-version").first()
        if found is None:
            found, _made = self.get_or_create(version=1, defaults={"text": NOTICE})
        return found

    def shown(self, version: int | None = None) -> "PrivacyNotice | None":
        """A version to be read, the newest unless one is named; before anybody was asked: the first one."""
        found = self.order_by("-version") if version is None else self.filter(version=version)
        first = PrivacyNotice(version=1, text=NOTICE) if version in (None, 1) else None
        return found.first() or first


class PrivacyNotice(models.Model):
    """What the platform tells everybody about their data (隐私说明), in one version: never changed, only followed."""

    version = models.PositiveSmallIntegerField(_("version"), unique=True, editable=False)
    text = models.TextField(_("text"), max_length=8000)
    changes = models.CharField(_("what is different from before"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(_("in force since"), default=clock.now, editable=False)

    objects = PrivacyNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("privacy notice")
        verbose_name_plural = _("privacy notices")

    def __str__(self) -> str:
        return str(_("Privacy notice, version %(n)s") % {"n": self.version})

    def get_absolute_url(self) -> str:
        return reverse("privacy:notice", args=[self.version])


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at__isnull=True)


class Consent(models.Model):
    """Somebody with an account has read one version of the notice and agreed; taken back, it stays as a record."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="consents"
    )
    notice = models.ForeignKey(
        PrivacyNotice, verbose_name=_("privacy notice"), on_delete=models.PROTECT, related_name="consents"
    )
    agreed_at = models.DateTimeField(_("agreed at"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-agreed_at", "-pk"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "notice"], name="one_standing_consent", condition=Q(withdrawn_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.notice}"


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user) -> "DataRequestQuerySet":
        """One's own; clerks, approvers and auditors see what their funder is asked."""
        if not user.is_authenticated:
            return self.none()
        mine = user.organizations_as(Role.STAFF, Role.APPROVER, Role.AUDITOR)
        return self.filter(Q(user=user) | Q(funder__in=mine))

    def open(self) -> "DataRequestQuerySet":
        return self.filter(state=DataRequest.State.RECEIVED)


@requires(_("Write down first how you made sure who asks."))
def knows_who_asks(request: "DataRequest") -> bool:
    return bool(request.identity_note) or request.user_id is not None


class DataRequest(Stateful):
    """Somebody asks what is kept about them, or to have it corrected or erased (个人信息权利请求).

    With or without an account; a guardian asks for a child, next of kin for who has died (article 49). Decided by a
    clerk of the funder that was asked, in workdays; who is refused is told why.
    """

    class Kind(models.TextChoices):
        COPY = "copy", _("See and copy what is kept about me")
        CORRECT = "correct", _("Correct something")
        ERASE = "erase", _("Erase what says who I am")
        WITHDRAW = "withdraw", _("Take my consent back")
        EXPLAIN = "explain", _("Explain how my data is used, or look at a result again")

    class Relation(models.TextChoices):
        SELF = "self", _("It is about me")
        GUARDIAN = "guardian", _("I am the parent or guardian of a child")
        KIN = "kin", _("I am next of kin of somebody who has died")
        PROXY = "proxy", _("I act for somebody with their written authority")

    WHO_ASKS = {
        Relation.SELF: _("asks about themselves"),
        Relation.GUARDIAN: _("parent or guardian of the child"),
        Relation.KIN: _("next of kin of the deceased"),
        Relation.PROXY: _("with written authority"),
    }
    """The same as whoever answers reads it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("To be answered")
        GRANTED = "granted", _("Done")
        REFUSED = "refused", _("Refused")
        TAKEN_BACK = "taken_back", _("Taken back")

    state = StateField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVED)
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("asked of"), on_delete=models.PROTECT, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="data_requests", editable=False
    )
    kind = models.CharField(_("what you ask for"), max_length=8, choices=Kind.choices)
    relation = models.CharField(_("for whom"), max_length=8, choices=Relation.choices, default=Relation.SELF)
    name = models.CharField(_("your name"), max_length=60)
    phone = models.CharField(_("your phone"), max_length=30, blank=True)
    email = models.EmailField(_("your e-mail"), blank=True)
    subject_name = models.CharField(
        _("name of whom it is about"), max_length=60, blank=True, help_text=_("Only when it is not yourself")
    )
    text = models.TextField(
        _("your request in words"),
        max_length=1000,
        help_text=_("For example: which project or activity, what is wrong"),
    )
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    received_at = models.DateTimeField(_("received at"), default=clock.now, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    due_on = models.DateField(_("to be answered until"), editable=False)
    identity_note = models.CharField(
        _("how it was made sure who asks"), max_length=200, blank=True,
        help_text=_("For example: called back the number, saw the paper at the desk; never copy the ID number"),
    )  # fmt: skip
    answer = models.TextField(_("answer"), max_length=1000, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        indexes = [models.Index(fields=["sender", "received_at"], name="data_request_by_sender")]
        constraints = [
            models.CheckConstraint(
                name="data_request_answer_is_whole",
                condition=Q(answer="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(answer="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="data_request_decided_by_another",
                condition=Q(decided_by__isnull=True) | Q(user__isnull=True) | ~Q(decided_by=models.F("user")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("privacy:request_detail", args=[self.pk])

    @property
    def who_asks(self) -> str:
        return str(self.WHO_ASKS[self.Relation(self.relation)])

    def get_follow_url(self) -> str:
        """Where whoever asked reads how it stands, without an account."""
        return reverse("privacy:follow", args=[self.token])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.RECEIVED

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < clock.today()

    @property
    def about(self) -> str:
        """Whose data it is about."""
        return self.subject_name or self.name

    def _answered(self, *, by, answer: str) -> None:
        self.answer, self.decided_by, self.decided_at = answer.strip(), by, clock.now()

    @step(
        state, source=State.RECEIVED, target=State.GRANTED, permission="people.answer_data_request", label=_("Done"),
        conditions=[knows_who_asks], button=False,
    )  # fmt: skip
    def grant(self, *, by, answer: str):
        """What was asked for is done."""
        self._answered(by=by, answer=answer)

    @step(
        state, source=State.RECEIVED, target=State.REFUSED, permission="people.answer_data_request", label=_("Refused"),
        button=False, tone="danger",
    )  # fmt: skip
    def refuse(self, *, by, answer: str):
        """It cannot be done, and why (article 50: a person may then go to court)."""
        self._answered(by=by, answer=answer)

    @step(
        state, source=State.RECEIVED, target=State.TAKEN_BACK, permission="people.take_back_data_request",
        label=_("Take the request back"), tone="quiet",
    )  # fmt: skip
    def take_back(self):
        """Whoever asked does not want it any more."""


class ImpactAssessment(models.Model):
    """What was weighed before sensitive data are handled, entrusted or published (个人信息保护影响评估, 55, 56):
    never changed, followed by the next, and kept for three years at least."""

    KEPT_YEARS = 3

    funder = models.ForeignKey(
        "people.Organization", verbose_name=_("bureau"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    title = models.CharField(_("what is assessed"), max_length=80)
    lawful = models.TextField(_("purpose and manner: lawful, proper, necessary?"), max_length=2000)
    risks = models.TextField(_("what it means for people, and the risks"), max_length=2000)
    measures = models.TextField(_("protection: lawful, effective, fitting the risk?"), max_length=2000)
    conclusion = models.CharField(_("conclusion"), max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("written at"), default=clock.now, editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("impact assessment")
        verbose_name_plural = _("impact assessments")

    def __str__(self) -> str:
        return self.title

    @property
    def kept_until(self) -> date:
        """The day until which the law has it kept."""
        day = clock.localdate(self.made_at)
        if (day.month, day.day) == (2, 29):
            day = day.replace(month=3, day=1)
        return day.replace(year=day.year + self.KEPT_YEARS)
