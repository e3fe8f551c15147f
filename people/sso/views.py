"""To the service and back."""

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse

from people.sso.provider import Adapter, Callback


def login(request: HttpRequest) -> HttpResponse:
    return _answer(OAuth2LoginView, request)


def callback(request: HttpRequest) -> HttpResponse:
    return _answer(Callback, request)


def _answer(view: type, request: HttpRequest) -> HttpResponse:
    adapter = Adapter(request)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist as off:
        raise Http404 from off
    try:
        return view.adapter_view(adapter)(request)
    except OAuth2Error as failure:
        return render_authentication_error(request, provider, exception=failure)
