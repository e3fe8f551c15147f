from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("files/<uuid:pk>/", views.attachment, name="attachment"),
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/<int:pk>/", views.notification_open, name="notification_open"),
]
