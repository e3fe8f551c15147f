"""The calendar, which is kept by hand, and the records, which nobody changes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from core.models import Attachment, CalendarDay, DailyRoot, Dispatch, Event, Notification, Seal, Series
from core.notifications import try_again


class CalendarDayResource(resources.ModelResource):
    """Holidays and make-up workdays by day: a known day is changed, a new one is added, nothing is deleted."""

    class Meta:
        model = CalendarDay
        fields = ("date", "kind", "source")
        export_order = fields
        import_id_fields = ("date",)
        clean_model_instances = True
        skip_unchanged = True


@admin.register(CalendarDay)
class CalendarDayAdmin(ImportExportModelAdmin):
    resource_classes = (CalendarDayResource,)
    list_display = ("date", "kind", "source")
    list_filter = ("kind",)
    search_fields = ("source",)
    date_hierarchy = "date"


class RecordAdmin(admin.ModelAdmin):
    """To be read, never written: who could change the log could change what happened."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(RecordAdmin):
    list_display = ("at", "actor", "label", "note", "thing")
    fields = ("at", "actor", "label", "note", "thing", "source_state", "target_state", "data", "name")
    readonly_fields = ("thing",)
    ordering = ("-at", "-pk")
    list_filter = ("content_type",)
    list_select_related = ("actor", "content_type")
    search_fields = ("name", "label", "note", "actor__name", "actor__username")
    date_hierarchy = "at"

    @admin.display(description=_("record"))
    def thing(self, event: Event) -> str:
        return f"{event.content_type.name} {event.object_id}"


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
    list_filter = ("media_type", "content_type")
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
    """What leaves the site: what waits, what was given up and why; that can be tried again."""

    list_display = ("notification", "channel", "address", "state", "tries", "due_at", "sent_at", "error")
    list_filter = ("state", "channel", "in_digest")
    list_select_related = ("notification",)
    search_fields = ("address", "error", "notification__subject", "notification__recipient__name")
    actions = ("send_again",)

    @admin.action(description=_("Try to send what was given up again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        chosen = queryset.filter(state=Dispatch.State.FAILED)
        for dispatch in chosen:
            try_again(dispatch)
        self.message_user(request, _("They are on their way again."))


@admin.register(Series)
class SeriesAdmin(RecordAdmin):
    list_display = ("key", "last")
    search_fields = ("key",)
