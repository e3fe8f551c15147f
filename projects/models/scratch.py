from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Scratch(models.Model):
    """What somebody has typed into the proposal's form and could not be stored yet, because a part of it is wrong.

    Kept as it came, so that a reload brings every word back; gone as soon as the form is stored.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="scratches")
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(help_text="Of the proposal as it was stored then")
    tab = models.CharField(max_length=32, blank=True)
    data = models.JSONField(_("what was typed"))
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="one_scratch_a_person")]

    @property
    def is_current(self) -> bool:
        """Nobody has stored anything since; otherwise a person decides whether these words still count."""
        return self.version == self.project.version

    def __str__(self) -> str:
        return f"{self.project} {self.saved_at}"
