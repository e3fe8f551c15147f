from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import Certificate
from projects.models.row import Row


class TeamMember(Row):
    """Somebody who will work on the project, with qualification and part."""

    class Certified(models.TextChoices):
        NONE = "none", _("No certificate")
        ASSISTANT = Certificate.Level.ASSISTANT.value, Certificate.Level.ASSISTANT.label
        SOCIAL_WORKER = Certificate.Level.SOCIAL_WORKER.value, Certificate.Level.SOCIAL_WORKER.label
        SENIOR = Certificate.Level.SENIOR.value, Certificate.Level.SENIOR.label

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="team"
    )
    name = models.CharField(_("full name"), max_length=60)
    education = models.CharField(_("education and subject"), max_length=60, blank=True)
    certificate = models.CharField(
        _("social work certificate"), max_length=15, choices=Certified.choices, default=Certified.NONE
    )
    post = models.CharField(_("post"), max_length=40, blank=True)
    part = models.CharField(_("part in the project"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    insured = models.BooleanField(_("social insurance is paid"), default=False)

    class Meta(Row.Meta):
        verbose_name = _("member of the team")
        verbose_name_plural = _("members of the team")
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="team_member_key_once")]

    def __str__(self) -> str:
        return self.name


class Partner(Row):
    """An organisation that carries the project together with the applicant, and its share of the work (S6)."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="partners"
    )
    name = models.CharField(_("organisation"), max_length=80)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    duty = models.CharField(_("what it does"), max_length=200)
    brings = models.CharField(_("what it brings"), max_length=200, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="partner_key_once")]

    def __str__(self) -> str:
        return self.name
