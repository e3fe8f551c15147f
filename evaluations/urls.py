from django.urls import path

from evaluations import views

app_name = "evaluations"
urlpatterns = [
    path("reviews/", views.desk, name="desk"),
    path("reviews/<int:pk>/", views.sheet, name="sheet"),
    path("reviews/<int:pk>/autosave/", views.sheet_autosave, name="sheet_autosave"),
    path("reviews/<int:pk>/proposal/", views.blind_proposal, name="blind_proposal"),
    path("reviews/<int:pk>/explain/", views.explain_deviation, name="explain_deviation"),
    path("reviews/<int:pk>/unlock/", views.unlock_ask, name="unlock_ask"),
    path("unlockings/<int:pk>/", views.unlock_decide, name="unlock_decide"),
    path("reviews/<int:pk>/recuse/", views.recuse, name="recuse"),
    path("calls/<int:pk>/panel/", views.panel, name="panel"),
    path("calls/<int:pk>/ranking/", views.ranking, name="ranking"),
    path("calls/<int:pk>/publish-notice/", views.publish_notice, name="publish_notice"),
    path("calls/<int:pk>/draw-lots/", views.draw_lots, name="draw_lots"),
    path("calls/<int:pk>/consistency/", views.consistency_detail, name="consistency"),
    path("calls/<int:pk>/selection/", views.selection, name="selection"),
    path("alternatives/<int:pk>/", views.alternative_act, name="alternative_act"),
    path("alternatives/<int:pk>/projects/<int:project_pk>/", views.alternative_change, name="alternative_change"),
    path("calls/<int:pk>/feedback/", views.feedback_list, name="feedback_list"),
    path("projects/<int:pk>/result/", views.result_card, name="result_card"),
    path("projects/<int:pk>/feedback/edit/", views.feedback_edit, name="feedback_edit"),
    path("projects/<int:pk>/feedback/", views.feedback_detail, name="feedback_detail"),
    path("judging-explained/", views.explained, name="explained"),
    path("decisions/<int:pk>/", views.decision_detail, name="decision_detail"),
    path("projects/<int:pk>/bonus/", views.bonus, name="bonus"),
    path("calls/<int:pk>/commission/", views.commission_create, name="commission_create"),
    path("projects/<int:pk>/promote/", views.promote, name="promote"),
    path("projects/<int:pk>/decline/", views.decline, name="decline"),
    path("projects/<int:pk>/evaluate/<slug:purpose>/", views.evaluation_open, name="evaluation_open"),
    path("projects/<int:pk>/evaluations/<slug:purpose>/", views.evaluation_detail, name="evaluation_detail"),
]
