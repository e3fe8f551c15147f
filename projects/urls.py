from django.urls import path

from projects import views

app_name = "projects"
urlpatterns = [
    path("projects/", views.project_list, name="project_list"),
    path("projects/<int:pk>/", views.project_detail, name="project_detail"),
    path("projects/<int:pk>/proposal/", views.proposal_detail, name="proposal_detail"),
    path("projects/<int:pk>/edit/", views.proposal_edit, name="proposal_edit"),
    path("projects/<int:pk>/files/", views.proposal_attach, name="proposal_attach"),
    path("projects/<int:pk>/step/<slug:name>/", views.project_step, name="project_step"),
    path("projects/<int:pk>/mentor/", views.mentor_assign, name="mentor_assign"),
    path("projects/<int:pk>/agreement/", views.agreement_detail, name="agreement_detail"),
    path("projects/<int:pk>/settlement/", views.settlement_edit, name="settlement_edit"),
    path("projects/<int:pk>/milestones/new/", views.milestone_create, name="milestone_create"),
    path("projects/<int:pk>/activities/new/", views.activity_create, name="activity_create"),
    path("projects/<int:pk>/reports/new/", views.report_create, name="report_create"),
    path("projects/<int:pk>/mentoring/new/", views.mentoring_create, name="mentoring_create"),
    path("projects/<int:pk>/follow-ups/new/", views.follow_up_create, name="follow_up_create"),
    path("activities/<int:pk>/", views.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/edit/", views.activity_edit, name="activity_edit"),
    path("activities/<int:pk>/record/", views.activity_record, name="activity_record"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
    path("tranches/<int:pk>/step/<slug:name>/", views.tranche_step, name="tranche_step"),
    path("calls/<int:pk>/apply/", views.apply, name="apply"),
    path("notices/", views.notice_list, name="notice_list"),
    path("notices/<int:pk>/", views.notice_detail, name="notice_detail"),
    path("notices/<int:pk>/object/<int:project_pk>/", views.objection_create, name="objection_create"),
    path("objections/<int:pk>/", views.objection_detail, name="objection_detail"),
    path("showcase/", views.showcase, name="showcase"),
    path("showcase/<int:pk>/", views.showcase_detail, name="showcase_detail"),
]
