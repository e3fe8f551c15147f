from django.urls import path

from people.sso import views

urlpatterns = [
    path("sso/login/", views.login, name="sso_login"),
    path("sso/callback/", views.callback, name="sso_callback"),
]
