from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept
from people.models import Interest


class Declaration(Kept):
    """What a judge answered before reading a project: nothing ties me to it, or what does; and a promise to be fair.

    Without it nothing can be read and nothing scored. A tie recuses at once and becomes an `Interest` in the group.
    """

    assignment = models.OneToOneField(
        "evaluations.Assignment", verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="declaration"
    )
    tie = models.CharField(_("tie"), max_length=10, choices=Interest.Kind.choices, blank=True)
    words = models.CharField(_("in your words"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared at"), default=clock.now)

    class Meta:
        ordering = ["declared_at", "pk"]
        verbose_name = _("declaration of a judge")
        verbose_name_plural = _("declarations of judges")
        constraints = [
            models.CheckConstraint(
                name="a_tie_is_put_in_words", condition=Q(tie="", words="") | (~Q(tie="") & ~Q(words=""))
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.get_tie_display() or '—'}"
