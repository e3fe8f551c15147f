"""The dashboards: not among the documents, as people read and type their addresses."""

from django.urls import path

from reports.views import dashboards

app_name = "boards"
urlpatterns = [
    path("", dashboards.dashboard, name="dashboard"),
    path("dashboard.pdf", dashboards.printed, name="dashboard_pdf"),
    path("screen/", dashboards.screen, name="screen"),
    path("projects/", dashboards.public_projects, name="public_projects"),
    path("spending/", dashboards.spending, name="spending"),
    path("visits/", dashboards.visits, name="visits"),
]
