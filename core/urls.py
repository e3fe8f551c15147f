from datetime import date

from django.urls import path, register_converter

from core import views


class DayConverter:
    """A day in an address: 2026-11-27."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # ValueError: no such address

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "isodate")
app_name = "core"
urlpatterns = [
    path("files/<uuid:pk>/", views.attachment, name="attachment"),
    path("log/", views.log, name="log"),
    path("log/roots.csv", views.log_roots, name="log_roots"),
    path("log/<isodate:day>.csv", views.log_links, name="log_links"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/rhythm/", views.rhythm_choose, name="rhythm_choose"),
    path("notifications/read/", views.notifications_read, name="notifications_read"),
    path("notifications/<int:pk>/", views.notification_open, name="notification_open"),
]
