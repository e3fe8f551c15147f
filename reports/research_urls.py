"""The research report: not among the documents, as people type its address."""

from django.urls import path

from reports.views import research

app_name = "research"
urlpatterns = [
    path("", research.research, name="research"),
    path("report.pdf", research.research_pdf, name="research_pdf"),
    path("report.docx", research.research_docx, name="research_docx"),
]
