from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core import clock

DISCLOSURES = ("view", "export", "download", "look_up")
"""Personal data were seen, or taken along (`core.workflow.disclosed`)."""

named: list[tuple[str, type[models.Model], tuple[str, ...]]] = []
"""Whose record a line is about, where that stands in its `data`: the key, the model it is a key of, and of which kinds
(`what`) that is so; none: of all. Apps add their own when they are ready."""


def whose(events: Iterable["Event"], *, but: str = "") -> dict[Any, str]:
    """By the key of each line, the names of the records that it was about ("person 某某, project 某某"), but for one
    that stands elsewhere on the page: one query a model. A record that is gone is said by its number."""
    lines = list(events)
    asked: dict[type[models.Model], set[int]] = {}
    for model, pk in (found for line in lines for found in _records(line.data, but)):
        asked.setdefault(model, set()).add(pk)
    known = {model: model._default_manager.in_bulk(keys) for model, keys in asked.items()}
    return {
        line.pk: _now(", ").join(_named(model, pk, known[model]) for model, pk in _records(line.data, but))
        for line in lines
    }


def _records(data: dict[str, Any], but: str) -> Sequence[tuple[type[models.Model], int]]:
    kind = data.get("what")
    return [
        (model, data[key])
        for key, model, kinds in named
        if key != but and isinstance(data.get(key), int) and (not kinds or kind in kinds)
    ]


def _named(model: type[models.Model], pk: int, known: dict[Any, models.Model]) -> str:
    return f"{model._meta.verbose_name} {known.get(pk, pk)}"


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, obj: models.Model) -> "EventQuerySet":
        """What has happened to one object, oldest first."""
        kind = ContentType.objects.get_for_model(obj)
        return self.filter(content_type=kind, object_id=obj.pk).select_related("actor")

    def disclosures(self) -> "EventQuerySet":
        """The few of them by which somebody saw personal data. Their names stand in the statement itself: SQLite uses
        no partial index for values that are handed to it."""
        written = [models.Func(template=f"'{name}'", output_field=models.CharField()) for name in DISCLOSURES]
        return self.filter(name__in=written)


class Event(models.Model):
    """One line of the log: who did what to which object, when, and with which words.

    Written by `core.workflow` and by verbs; never changed, never deleted (`core.log_triggers`), and soon afterwards
    sealed into a chain that tells if it was (`core.sealing`). Only words about a person can be erased, and that shows.
    """

    content_type = models.ForeignKey(ContentType, verbose_name=_("kind of record"), on_delete=models.PROTECT)
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    name = models.CharField(_("what"), max_length=60)
    label = models.CharField(_("in words"), max_length=120, blank=True)
    source_state = models.CharField(_("from"), max_length=30, blank=True)
    target_state = models.CharField(_("to"), max_length=30, blank=True)
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text=_("Empty: the system itself, or a resident without an account"),
    )
    at = models.DateTimeField(_("when"), default=clock.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id", "at"], name="event_of_object"),
            models.Index(fields=["id"], name="event_of_disclosure", condition=models.Q(name__in=DISCLOSURES)),
            models.Index(
                KeyTransform("funder", "data"), name="disclosure_by_funder", condition=models.Q(name__in=DISCLOSURES)
            ),
            models.Index(fields=["actor"], name="disclosure_by_actor", condition=models.Q(name__in=DISCLOSURES)),
        ]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.label or self.name}"

    def save(self, *args, **kwargs):
        if self.pk and not self._state.adding:
            raise TypeError("An event is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("An event is never deleted")
