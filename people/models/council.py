from django.db import models
from django.utils.translation import gettext_lazy as _


class CouncilMember(models.Model):
    """A member of a filed group's council (理事会): residents, who need no account."""

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="council"
    )
    name = models.CharField(_("full name"), max_length=60)
    post = models.CharField(_("post"), max_length=30, help_text=_("For example: chair, member, supervisor"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("council member")
        verbose_name_plural = _("council members")

    def __str__(self) -> str:
        return f"{self.name} ({self.post})"
