"""Where everybody checks a paper: short, because it stands on every one of them."""

from django.urls import path

from reports.views import verification

urlpatterns = [
    path("verify/", verification.verify, name="verify"),
    path("verify/<str:code>/", verification.verify_code, name="verify_code"),
    path("verify/<str:code>/facts.json", verification.verify_facts, name="verify_facts"),
]
