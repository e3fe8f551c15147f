"""Pages about personal data: for everybody, for oneself, and for the bureau."""

from django.urls import path

from reports.views import privacy, privacy_desk

app_name = "privacy"
urlpatterns = [
    path("", privacy.latest, name="latest"),
    path("notice/<int:version>/", privacy.notice, name="notice"),
    path("record/", privacy.processing_record, name="record"),
    path("record.pdf", privacy.record_pdf, name="record_pdf"),
    path("record.xlsx", privacy.record_xlsx, name="record_xlsx"),
    path("agree/", privacy.agree, name="agree"),
    path("me/", privacy.my_data, name="my_data"),
    path("me/data.json", privacy.my_data_json, name="my_data_json"),
    path("me/data.pdf", privacy.my_data_pdf, name="my_data_pdf"),
    path("me/withdraw/", privacy.withdraw, name="withdraw"),
    path("me/ask/", privacy.my_request, name="my_request"),
    path("ask/", privacy.ask, name="ask"),
    path("asked/<str:token>/", privacy.follow, name="follow"),
    path("notice/edit/", privacy_desk.notice_edit, name="notice_edit"),
    path("requests/", privacy_desk.request_list, name="request_list"),
    path("requests/new/", privacy_desk.request_create, name="request_create"),
    path("requests/<int:pk>/", privacy_desk.request_detail, name="request_detail"),
    path("requests/<int:pk>/copy.json", privacy_desk.request_json, name="request_json"),
    path("requests/<int:pk>/copy.pdf", privacy_desk.request_pdf, name="request_pdf"),
    path("retention/", privacy_desk.retention, name="retention"),
    path("entrusted/", privacy_desk.entrusted, name="entrusted"),
    path("assessments/", privacy_desk.assessment_list, name="assessment_list"),
    path("assessments/new/", privacy_desk.assessment_create, name="assessment_create"),
]
