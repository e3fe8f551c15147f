from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.paper import Paper


class Mark(models.Model):
    """What an office puts before the year of its numbers (机关代字), as in 江民创函〔2026〕1号.

    One for each series of an issuer; where none was set, it is the office's name with the word of the series.
    """

    WORDS = {
        Paper.Series.DOCUMENTS: "发",
        Paper.Series.LETTERS: "函",
        Paper.Series.NOTICES: "公示",
        Paper.Series.MINUTES: "纪要",
    }
    """What the mark of a series ends in when nobody has chosen another."""

    issuer = models.ForeignKey(
        "people.Organization", verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="marks"
    )
    series = models.CharField(_("number series"), max_length=10, choices=Paper.Series.choices)
    text = models.CharField(_("issuer's mark"), max_length=20)

    class Meta:
        ordering = ["issuer", "series"]
        verbose_name = _("issuer's mark")
        verbose_name_plural = _("issuers' marks")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "series"], name="one_mark_a_series"),
            models.UniqueConstraint(fields=["issuer", "text"], name="mark_of_one_series"),
        ]

    def __str__(self) -> str:
        return self.text
