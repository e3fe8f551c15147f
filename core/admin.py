"""The calendar, which is kept by hand, and the records, which nobody changes."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Field, Model, OuterRef
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from core.channels import channel_label
from core.models import Attachment, CalendarDay, DailyRoot, Dispatch, Event, Notification, Seal
from core.models.event import named, whose
from core.notifications import try_again
from core.workflow import lead_in


class KindsInUse(admin.RelatedFieldListFilter):
    """The kinds of record that the log or the files are about, not those that libraries have besides."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        about = model_admin.model._default_manager.filter(content_type=OuterRef("pk")).order_by()
        kinds = ContentType.objects.filter(Exists(about))
        return sorted(((kind.pk, str(kind)) for kind in kinds), key=lambda choice: choice[1])


class Reading(admin.ModelAdmin):
    """Leads on only where the reader may go: on a page that is only read, Django links every related record."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        given = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return given
        return [(title, said | {"fields": [self._shown(request, f) for f in said["fields"]]}) for title, said in given]

    def _shown(self, request: HttpRequest, name: Any) -> Any:
        found = {field.name: field for field in self.model._meta.fields}.get(name)
        desk = self.admin_site._registry.get(found.related_model) if found is not None and found.is_relation else None
        return _without_link(found) if found and desk and not desk.has_view_permission(request) else name


def _without_link(field: Field) -> Any:
    """A column of the administration that says what is related and leads nowhere."""

    @admin.display(description=capfirst(field.verbose_name))
    def said(obj: Any) -> str:
        return str(getattr(obj, field.name) or "-")

    return said


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ("date", "kind", "source")
    list_filter = ("kind",)
    search_fields = ("source",)
    date_hierarchy = "date"


class RecordAdmin(Reading):
    """To be read, never written: who could change the log could change what happened."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Told(NamedTuple):
    """What a line of the log says beside its own words: the name of its record, and whose records it names."""

    thing: str
    about: str


def told(events: Iterable[Event]) -> dict[int, Told]:
    """By the key of each line, with a query for each kind of record."""
    lines = list(events)
    asked: dict[ContentType, set[int]] = {}
    for line in lines:
        asked.setdefault(line.content_type, set()).add(line.object_id)
    names = {kind: _names(kind.model_class(), keys) for kind, keys in asked.items()}
    about = whose(lines)
    return {line.pk: Told(names[line.content_type].get(line.object_id, ""), about[line.pk]) for line in lines}


def _names(model: type[Model] | None, keys: set[int]) -> dict[int, str]:
    """Of the kinds of record that the log may name (`named`); others are said by their number."""
    if model is None or model not in {one for _key, one, _kinds in named}:
        return {}
    return {pk: str(one) for pk, one in model._default_manager.in_bulk(keys).items()}


class Log(ChangeList):
    """A page of the log, whose names are asked for together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        lines = list(self.result_list)
        found = told(lines)
        for line in lines:
            line.told = found[line.pk]  # type: ignore[attr-defined]
        self.result_list = lines


@admin.register(Event)
class EventAdmin(RecordAdmin):
    list_display = ("at", "actor", "said", "note", "thing")
    fields = ("at", "actor", "said", "note", "thing", "moved", "sealed")
    readonly_fields = ("said", "thing", "moved", "sealed")
    ordering = ("-at", "-pk")
    list_filter = (("content_type", KindsInUse),)
    list_select_related = ("actor", "content_type")
    search_fields = ("name", "label", "note", "actor__name", "actor__username")
    date_hierarchy = "at"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Log

    @admin.display(description=_("record"))
    def thing(self, event: Event) -> str:
        """What it happened to, by its name, where it has one."""
        return f"{event.content_type.name} {self._told(event).thing or event.object_id}"

    @admin.display(description=_("in words"))
    def said(self, event: Event) -> str:
        """What was done, and whose record it was: numbers in the sealed words tell a reader neither."""
        about = self._told(event).about
        return lead_in(event.label) + about if about else event.label or "-"

    def _told(self, event: Event) -> Told:
        return getattr(event, "told", None) or told([event])[event.pk]

    @admin.display(description=_("moved"))
    def moved(self, event: Event) -> str:
        """From which state to which, in the words of the pages."""
        model = event.content_type.model_class()
        states = [f for f in model._meta.fields if isinstance(f, FSMField)] if model else []
        words = {str(value): str(label) for field in states for value, label in field.flatchoices}
        moves = [words.get(state, state) for state in (event.source_state, event.target_state) if state]
        return " → ".join(moves) or "-"

    @admin.display(description=_("kept and sealed word for word"))
    def sealed(self, event: Event) -> str:
        """As the seal has it: whoever compares needs every letter."""
        return f"{event.name} {json.dumps(event.data, ensure_ascii=False)}"


@admin.register(Seal)
class SealAdmin(RecordAdmin):
    list_display = ("number", "event_id", "digest", "hash", "sealed_at")
    fields = ("number", "digest", "hash", "sealed_at")
    show_full_result_count = False


@admin.register(DailyRoot)
class DailyRootAdmin(RecordAdmin):
    list_display = ("day", "number", "hash", "taken_at")


@admin.register(Attachment)
class AttachmentAdmin(RecordAdmin):
    """What was handed in, without the way to read it: files are read where `visible_to` is asked."""

    list_display = ("at", "name", "size", "media_type", "content_type", "object_id", "uploaded_by")
    list_filter = ("media_type", ("content_type", KindsInUse))
    list_select_related = ("uploaded_by", "content_type")
    search_fields = ("name", "sha256")
    exclude = ("file",)


@admin.register(Notification)
class NotificationAdmin(RecordAdmin):
    list_display = ("at", "recipient", "subject", "read_at")
    list_select_related = ("recipient",)
    search_fields = ("subject", "recipient__name", "recipient__username")
    date_hierarchy = "at"


@admin.register(Dispatch)
class DispatchAdmin(RecordAdmin):
    """What leaves the site: what waits, what was given up and why; that can be tried again.

    Its text is for whom it is addressed to: there are keys in it.
    """

    list_display = ("__str__", "way", "address", "state", "tries", "next_try", "sent_at", "error")
    fields = ("notification", "subject", "way", *list_display[2:], "in_digest")
    readonly_fields = ("way", "next_try")
    list_filter = ("state", "in_digest")
    list_select_related = ("notification",)
    search_fields = ("address", "error", "notification__subject", "notification__recipient__name")
    actions = ("send_again",)

    @admin.display(description=_("way"))
    def way(self, dispatch: Dispatch) -> str:
        return channel_label(dispatch.channel)

    @admin.display(description=Dispatch._meta.get_field("due_at").verbose_name, ordering="due_at", empty_value="-")
    def next_try(self, dispatch: Dispatch) -> Any:
        return dispatch.due_at if dispatch.state == Dispatch.State.WAITING else None

    @admin.action(description=_("Try to send what was given up again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        chosen = queryset.filter(state=Dispatch.State.FAILED)
        for dispatch in chosen:
            try_again(dispatch)
        self.message_user(request, _("They are on their way again."))
