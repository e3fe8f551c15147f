from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("files/<uuid:pk>/", views.attachment, name="attachment"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/rhythm/", views.rhythm_choose, name="rhythm_choose"),
    path("notifications/read/", views.notifications_read, name="notifications_read"),
    path("notifications/<int:pk>/", views.notification_open, name="notification_open"),
]
