from django.urls import path, re_path

from reports.views import documents, imports, judging, pitch, workshops

app_name = "reports"
urlpatterns = [
    path("projects/<int:pk>/proposal.pdf", documents.proposal, name="proposal"),
    path("projects/<int:pk>/agreement.pdf", documents.agreement, name="agreement"),
    path("projects/<int:pk>/award-letter.pdf", documents.award_letter, name="award_letter"),
    path("projects/<int:pk>/correction-notice.pdf", documents.correction_notice, name="correction_notice"),
    path("activities/<int:pk>/plan.pdf", documents.activity_plan, name="activity_plan"),
    path("calls/<int:call_pk>/eligibility/<int:organization_pk>.pdf", documents.eligibility, name="eligibility"),
    path("notices/<int:pk>/notice.pdf", documents.notice, name="notice"),
    path("notices/<int:pk>/workdays.xlsx", judging.notice_days, name="notice_days"),
    path("needs/lists/<int:pk>/list.pdf", documents.need_list, name="need_list"),
    path("projects/<int:pk>/feedback.pdf", judging.feedback, name="feedback"),
    path("objections.xlsx", judging.objections, name="objections"),
    path("decisions/<int:pk>/minutes.pdf", judging.minutes, name="minutes"),
    path("decisions/<int:pk>/decision.xlsx", judging.decision, name="decision"),
    path("calls/<int:pk>/ranking.xlsx", judging.ranking, name="ranking"),
    path("calls/<int:pk>/conflicts.xlsx", judging.conflicts, name="conflicts"),
    path("calls/<int:pk>/panels.xlsx", judging.panels, name="panels"),
    path("calls/<int:pk>/selection.xlsx", judging.selection, name="selection"),
    path("calls/<int:pk>/consistency.xlsx", judging.consistency, name="consistency"),
    path("pitch/<int:pk>/running-order.pdf", pitch.running_order, name="pitch_order"),
    path("pitch/<int:pk>/sign-in-list.pdf", pitch.sign_in_list, name="pitch_sign_in_list"),
    path("pitch/<int:pk>/score-sheets.pdf", pitch.score_sheets, name="pitch_score_sheets"),
    path("workshops/<int:pk>/sign-in-list.pdf", workshops.sign_in, name="workshop_sign_in"),
    path("tables/", imports.tables, name="exchange"),
    re_path(r"^tables/(?P<table>[a-z-]+)\.(?P<kind>xlsx|csv)$", imports.table_export, name="table_export"),
    path("tables/<slug:table>/template.xlsx", imports.table_template, name="table_template"),
    path("tables/<slug:table>/import/", imports.import_create, name="import_create"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:pk>/wrong-rows.xlsx", imports.import_wrong_rows, name="import_wrong_rows"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
    path("imports/<int:pk>/resume/", imports.import_resume, name="import_resume"),
]
