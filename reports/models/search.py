from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """What can be found of one record: its number, title and words. Entries are numbered in the order in which records
    came about, so that "newest first" is the order of the key.

    Who may see the record is not kept here: it is asked of the record itself whenever somebody searches. `audience`
    only narrows down whom it could concern, so that a word which everything has costs nobody much.
    """

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.BigIntegerField()
    at = models.DateTimeField(_("date"))
    number = models.CharField(_("number"), max_length=170, blank=True)
    title = models.CharField(_("title"), max_length=300)
    names = models.TextField(_("names"), blank=True)
    text = models.TextField(_("text"), blank=True)
    audience = models.TextField(blank=True)
    number_key = models.CharField(max_length=170, blank=True)
    title_key = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="found_once")]
        indexes = [
            models.Index(fields=["number_key"], name="found_by_number"),
            models.Index(fields=["title_key"], name="found_by_title"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()
