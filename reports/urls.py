from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("projects/<int:pk>/proposal.pdf", views.proposal, name="proposal"),
    path("projects/<int:pk>/agreement.pdf", views.agreement, name="agreement"),
    path("projects/<int:pk>/award-letter.pdf", views.award_letter, name="award_letter"),
    path("activities/<int:pk>/plan.pdf", views.activity_plan, name="activity_plan"),
    path("notices/<int:pk>/notice.pdf", views.notice, name="notice"),
]
