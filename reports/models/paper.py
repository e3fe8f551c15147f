import re
import uuid
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.identifiers import half_width
from core.models.attachment import private_storage
from core.workflow import StateField, Stateful, step

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What a code is made of: nothing that looks like something else (0 and O, 1 and I)."""
LENGTH = 12


def paper_path(paper: "Paper", filename: str) -> str:
    """The stored name says nothing: the name under which it is given out is in the row."""
    return f"papers/{paper.year}/{uuid.uuid4()}"


class PaperQuerySet(models.QuerySet["Paper"]):
    def about(self, thing: models.Model) -> "PaperQuerySet":
        """Every paper that was issued about one thing, the newest first."""
        return self.filter(content_type=ContentType.objects.get_for_model(thing), object_id=thing.pk)

    def in_force(self) -> "PaperQuerySet":
        return self.filter(state=Paper.State.ISSUED)

    def visible_to(self, user: Any) -> "PaperQuerySet":
        """For the people of whoever issued it, and of the funder whose project it concerns. (A group
        reads its papers on its project's page.)"""
        if not user.is_authenticated:
            return self.none()
        mine = list(user.roles)
        return self.filter(Q(issuer__in=mine) | Q(register__in=mine))

    def register_of(self, user: Any) -> "PaperQuerySet":
        """The same, for the list: what bureaus see stands in their own registers, where an index has it in order; an
        evaluator or a support organisation issues in the projects of others."""
        if user.is_authenticated and set(user.roles) <= set(user.bureaus):
            return self.filter(register__in=list(user.roles))
        return self.visible_to(user)

    def typed(self, text: str) -> "Paper | None":
        """The paper whose code somebody typed: in small letters, with blanks or dashes, in full width."""
        code = normalise(text)
        return self.filter(code=code).select_related("issuer", "superseded_by").first() if code else None


class Paper(Stateful):
    """A paper that was issued (发文): it has a number, a code by which anybody can check it, and one file that is laid
    out once and never again.

    The number is taken in the transaction of the deed that issues it (`reports.paper_kinds` says which), the file is
    laid out afterwards. A void paper keeps its number (作废); one in whose place another came says which.
    """

    class Kind(models.TextChoices):
        AWARD = "award", _("Award letter")
        NOTICE = "notice", _("Public notice")
        MINUTES = "minutes", _("Minutes")
        CORRECTION = "correction", _("Correction notice")
        RECTIFICATION = "rectification", _("Rectification notice")
        RETURN = "return", _("Return notice")
        AGREEMENT = "agreement", _("Agreement")
        PAYMENT = "payment", _("Payment approval")
        EVALUATION = "evaluation", _("Evaluation report")
        CLOSING = "closing", _("Closing report")
        ACCOUNTS = "accounts", _("Final accounts")
        COMPLETION = "completion", _("Certificate of completion")
        HONOUR = "honour", _("Honour certificate")
        TRAINING = "training", _("Training certificate")

    class Series(models.TextChoices):
        """Which numbers run on together; a paper of none has the number that its thing has already."""

        DOCUMENTS = "documents", pgettext_lazy("number series", "Red-headed documents")
        """In the form of a document (文件式): its number must not say 函, which is that of a letter (信函)."""
        LETTERS = "letters", pgettext_lazy("number series", "Letters")
        NOTICES = "notices", pgettext_lazy("number series", "Public notices")
        MINUTES = "minutes", pgettext_lazy("number series", "Minutes")

    class State(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("paper", "In force")
        SUPERSEDED = "superseded", pgettext_lazy("paper", "Superseded")
        VOID = "void", pgettext_lazy("paper", "Void")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    issuer = models.ForeignKey(
        "people.Organization", verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="papers"
    )
    series = models.CharField(_("number series"), max_length=10, choices=Series.choices, blank=True)
    mark = models.CharField(_("issuer's mark"), max_length=140, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"), null=True)
    number = models.CharField(_("number"), max_length=170)
    title = models.CharField(_("title"), max_length=200)
    addressee = models.CharField(_("addressee"), max_length=200, blank=True)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, null=True, related_name="papers"
    )
    register = models.ForeignKey(
        "people.Organization",
        verbose_name=_("register"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    """In whose register it stands: of the funder of its project, else of its issuer. Kept here, so that a register is
    read from one table in its own order, however many papers there are."""
    event = models.ForeignKey("core.Event", verbose_name=_("deed"), on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued at"), default=clock.now)
    issued_on = models.DateField(_("issued on"))
    state = StateField(_("state"), default=State.ISSUED, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    void_reason = models.CharField(_("why it is void"), max_length=300, blank=True)
    supersedes = models.OneToOneField(
        "self", verbose_name=_("takes the place of"), on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    code = models.CharField(_("verification code"), max_length=LENGTH, unique=True)
    facts = models.JSONField(_("public facts"), help_text=_("What everybody reads who checks the paper"))
    digest = models.CharField(_("digest of the content"), max_length=64)
    file = models.FileField(_("file"), storage=private_storage, upload_to=paper_path, blank=True, max_length=200)
    filename = models.CharField(_("file name"), max_length=300, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    source_sha256 = models.CharField(_("digest of what was laid out"), max_length=64, blank=True)
    signed_by = models.CharField(_("signed by"), max_length=200, blank=True)
    printed_at = models.DateTimeField(_("laid out at"), null=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("issued paper")
        verbose_name_plural = _("issued papers")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="paper_of_object"),
            models.Index(fields=["issuer", "year", "kind"], name="papers_of_issuer"),
            models.Index(fields=["register", "-issued_at", "-id"], name="papers_of_register"),
            models.Index(fields=["sha256"], name="paper_of_file"),
            # Nearly no paper takes another's place, so a database that counts the empty ones too would rather read all.
            models.Index(fields=["supersedes"], name="paper_in_place_of", condition=Q(supersedes__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "series", "year", "serial"], name="paper_serial_once"),
            models.UniqueConstraint(
                fields=["issuer", "number"], name="paper_number_once", condition=Q(serial__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["kind", "issuer", "number"],
                name="paper_own_number_once_in_force",
                condition=Q(serial__isnull=True, state="issued"),
            ),
            models.UniqueConstraint(
                fields=["kind", "content_type", "object_id"],
                name="one_paper_of_a_kind_in_force",
                condition=Q(state="issued"),
            ),
            models.CheckConstraint(
                name="paper_of_a_series_has_a_serial",
                condition=Q(series="", serial__isnull=True, mark="") | (~Q(series="") & Q(serial__gte=1) & ~Q(mark="")),
            ),
            models.CheckConstraint(name="paper_has_a_number", condition=~Q(number="") & ~Q(code="")),
            models.CheckConstraint(name="paper_year_is_that_of_its_day", condition=Q(issued_on__year=F("year"))),
            models.CheckConstraint(
                name="paper_void_with_a_reason",
                condition=(Q(state="void") & ~Q(void_reason="")) | (~Q(state="void") & Q(void_reason="")),
            ),
            models.CheckConstraint(
                name="paper_file_with_its_digest",
                condition=Q(file="", sha256="", source_sha256="", signed_by="", printed_at__isnull=True)
                | (~Q(file="") & ~Q(sha256="") & ~Q(source_sha256="") & Q(printed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:paper_detail", args=[self.pk])

    @step(
        state,
        source=State.ISSUED,
        target=State.SUPERSEDED,
        permission="reports.supersede_paper",
        label=_("Superseded by another"),
        button=False,
    )
    def supersede(self):
        """The same deed was done anew: the newer paper holds, this one stays to be read."""

    @step(
        state,
        source=State.ISSUED,
        target=State.VOID,
        permission="reports.void_paper",
        label=_("Declare void"),
        note=True,
        tone="danger",
    )
    def void(self, *, reason):
        """It should not have been issued, or holds no longer. Its number is never given again."""
        self.void_reason = reason

    @step(
        state,
        source=State.ISSUED,
        target=State.VOID,
        permission="reports.supersede_paper",
        label=_("Void with what it certified"),
        button=False,
    )
    def lapse(self, *, reason):
        """What it certified was withdrawn or given up: nobody decides on the paper once more."""
        self.void_reason = reason

    @property
    def is_in_force(self) -> bool:
        return self.state == self.State.ISSUED

    @property
    def is_void(self) -> bool:
        return self.state == self.State.VOID

    @property
    def is_superseded(self) -> bool:
        return self.state == self.State.SUPERSEDED

    @property
    def shown_code(self) -> str:
        """As it is printed: in three parts of four."""
        return "-".join(self.code[start : start + 4] for start in range(0, LENGTH, 4))


_GAP = r"[\s\u2010-\u2015-]+"
_WITHIN = re.compile(rf"(?<![0-9A-Z])([{LETTERS}]{{4}}){_GAP}([{LETTERS}]{{4}}){_GAP}([{LETTERS}]{{4}})(?![0-9A-Z])")
"""A code in its three groups among other words."""


def normalise(typed: str) -> str:
    """The code that somebody typed: small letters, blanks, dashes and full width do not matter. Empty when it cannot
    be a code. What was pasted with it does not matter either: the words before it on the paper, or the address that the
    QR code leads to."""
    text = half_width(typed).upper()
    code = "".join(sign for sign in text if sign.isalnum())
    if len(code) == LENGTH and set(code) <= set(LETTERS):
        return code
    within = _WITHIN.search(text)
    return "".join(within.groups()) if within else ""
