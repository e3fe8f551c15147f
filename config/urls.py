"""The map of the site."""

from django.contrib import admin
from django.urls import include, path

from config import views, watching

urlpatterns = [
    path("", views.home, name="home"),
    path("todo/", views.inbox, name="inbox"),
    path("healthz", watching.health, name="health"),
    path("readyz", watching.ready, name="ready"),
    path("metrics", watching.measured, name="metrics"),
    path("", include("core.urls")),
    path("", include("grants.urls")),
    path("", include("projects.urls")),
    path("", include("evaluations.urls")),
    path("", include("people.urls")),
    path("dashboard/", include("reports.board_urls")),
    path("privacy/", include("reports.privacy_urls")),
    path("bureaus/", include("reports.bureau_urls")),
    path("research/", include("reports.research_urls")),
    path("ledgers/", include("reports.ledger_urls")),
    path("", include("reports.verify_urls")),
    path("", include("reports.search_urls")),
    path("documents/", include("reports.urls")),
    path("", include("reports.open_data.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

handler500 = "config.failing.went_wrong"
