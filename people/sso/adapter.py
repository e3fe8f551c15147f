"""Who somebody is that the service vouches for: a person who is here already, found by one claim."""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render

from core.identifiers import validate_mobile
from people.models import User

log = logging.getLogger(__name__)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Nobody signs up by single sign-on, and nobody ties a second identity to an account by hand."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Sign in the person of the claim; refused: nobody of ours, or somebody else at an earlier sign-in."""
        person = self._person(sociallogin)
        if person is None or sociallogin.state.get("process") != "login":
            log.warning("Single sign-on: nobody here has the %s of %s", settings.OIDC_CLAIM, sociallogin.account.uid)
            raise ImmediateHttpResponse(render(request, "socialaccount/signup_closed.html", status=403))
        if sociallogin.is_existing:
            if sociallogin.user != person:
                log.warning("Single sign-on: subject %s was %s before", sociallogin.account.uid, sociallogin.user)
                raise ImmediateHttpResponse(render(request, "socialaccount/signup_closed.html", status=403))
            return
        sociallogin.connect(request, person)

    def _person(self, sociallogin: Any) -> User | None:
        told = sociallogin.account.extra_data
        claims = {**told.get("userinfo", {}), **told.get("id_token", {})}
        value = claims.get(settings.OIDC_CLAIM)
        if not isinstance(value, str) or not value.strip():
            return None
        value = value.strip()
        if settings.OIDC_FIELD == "email" and claims.get("email_verified") is False:
            return None
        if settings.OIDC_FIELD == "phone":
            try:
                value = validate_mobile(value)
            except ValidationError:
                return None
        lookup = "email__iexact" if settings.OIDC_FIELD == "email" else settings.OIDC_FIELD
        found = list(User.objects.filter(**{lookup: value}, is_superuser=False)[:2])
        return found[0] if len(found) == 1 else None

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        log.warning("Single sign-on failed: %s", exception or error)
