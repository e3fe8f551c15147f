"""The dashboards: not among the documents, as people read and type their addresses."""

from django.urls import path, re_path

from reports.views import annual, dashboards

app_name = "boards"
urlpatterns = [
    path("", dashboards.dashboard, name="dashboard"),
    path("dashboard.pdf", dashboards.printed, name="dashboard_pdf"),
    path("screen/", dashboards.screen, name="screen"),
    path("projects/", dashboards.public_projects, name="public_projects"),
    path("spending/", dashboards.spending, name="spending"),
    path("visits/", dashboards.visits, name="visits"),
    path("annual/", annual.annual_list, name="annual_list"),
    path("annual/calls/<int:pk>.pdf", annual.call_report, name="call_report"),
    re_path(r"^annual/(?P<year>[0-9]{4})/(?P<code>[0-9]{6})\.pdf$", annual.district_report, name="district_report"),
]
