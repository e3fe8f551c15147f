"""The bureaus of one deployment."""

from django.urls import path

from reports.views import bureaus

app_name = "bureaus"
urlpatterns = [
    path("", bureaus.bureau_list, name="bureau_list"),
    path("new/", bureaus.bureau_create, name="bureau_create"),
    path("<int:pk>/", bureaus.bureau_detail, name="bureau_detail"),
    path("<int:pk>/region/", bureaus.bureau_region, name="bureau_region"),
]
