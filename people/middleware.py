"""Who is signed in, and still: sessions that are over, and what has to be done before anything else."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from people import held, sessions
from people.models import User
from people.second_factor import must_have_second_factor, second_factors
from people.security import idle_limit, longest_password_age

Answer = Callable[[HttpRequest], HttpResponse]

BY_ITSELF = "X-By-Itself"
"""Marks what a page asks for without its reader (progress, a clock): it keeps nobody signed in."""

ALWAYS = {
    "account_logout", "account_reauthenticate", "set_language", "health", "ready", "metrics", "people:go_on",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
}  # fmt: skip
FOR_PASSWORD = ALWAYS | {"account_change_password", "account_set_password"}
FOR_SECOND_FACTOR = ALWAYS | {
    "people:second_factor", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn",
    "mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes",
    "account_change_password",
}  # fmt: skip
FOR_CONSENT = ALWAYS | {"privacy:agree", "privacy:notice", "privacy:latest", "privacy:record", "privacy:record_pdf"}


def entrance(answer: Answer) -> Answer:
    """Ends sessions that are over, leads to what must be done first, and brings back what was typed meanwhile."""

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.session.session_key:
            return answer(request)
        if not request.user.is_authenticated:
            was = request.session.get(sessions.WAS)
            return _held(request, answer, was, "") if was else answer(request)
        user = request.user
        why = sessions.why_over(request.session, user)
        if why:
            return _signed_out(request, answer, user, why)
        if BY_ITSELF not in request.headers:
            sessions.touch(request.session)
        return _first(request, user) or _come_back(request, user) or answer(request)

    return respond


def _signed_out(request: HttpRequest, answer: Answer, user: User, why: str) -> HttpResponse:
    """Go on as nobody, of whom is known who it was: another tab of the same browser may still have a form."""
    sentence = _why(user, why)
    logout(request)
    request.user = AnonymousUser()
    request.session[sessions.WAS] = user.pk
    request.session.set_expiry(held.KEPT)
    return _held(request, answer, user.pk, sentence)


def _held(request: HttpRequest, answer: Answer, user_id: int, sentence: str) -> HttpResponse:
    """The answer to nobody; a form that was sent is kept for when the person is back."""
    request.form_is_held = held.can_be_held(request)
    response = answer(request)
    to = response.get("Location", "")
    if response.status_code == 302 and to.startswith(resolve_url(settings.LOGIN_URL)):
        if request.form_is_held:
            held.hold(request, user_id)
            sentence += _("What you typed is kept: you can send it afterwards.")
        if sentence and "X-Requested-With" not in request.headers:
            messages.info(request, sentence)
    return response


def _why(user: User, why: str) -> str:
    if why == "old":
        return _("You were signed out because you had been signed in for very long. Please sign in again.")
    minutes = int(idle_limit(user.is_privileged).total_seconds() // 60)
    if minutes < 120:
        return _("You were signed out because nothing was done for %(n)s minutes. Please sign in again.") % {
            "n": minutes
        }
    return _("You were signed out because nothing was done for %(n)s hours. Please sign in again.") % {
        "n": minutes // 60
    }


def must_change_password(user: User) -> bool:
    """Somebody else has set the password, or it is too old. Accounts without one sign in another way."""
    if user.must_change_password:
        return True
    strictest = longest_password_age(True)
    if strictest is None or not user.has_usable_password():
        return False
    age = timezone.now() - (user.password_set_at or user.date_joined)
    if age <= strictest:
        return False
    longest = longest_password_age(user.is_privileged)
    return longest is not None and age > longest


def _first(request: HttpRequest, user: User) -> HttpResponse | None:
    """The way to what this person must do before anything else; None when there is nothing, or when they are at it."""
    if must_change_password(user):
        place, may = "account_change_password", FOR_PASSWORD
    elif not request.session.get(sessions.SECOND_FACTOR) and must_have_second_factor(user):
        if second_factors(user):
            request.session[sessions.SECOND_FACTOR] = True
            return None
        place, may = "people:second_factor", FOR_SECOND_FACTOR
    elif request.session.get(sessions.MUST_AGREE):
        place, may = "privacy:agree", FOR_CONSENT
    else:
        return None
    try:
        at = resolve(request.path_info).view_name
    except Resolver404:
        return None
    if at in may:
        return None
    if request.method == "GET" and "HX-Request" not in request.headers and "X-Requested-With" not in request.headers:
        request.session[sessions.GO_ON] = request.get_full_path()
    elif held.can_be_held(request):  # typed before the password grew too old, or the role asked for a second step
        held.hold(request, user.pk)
    if place == "account_change_password" and request.method == "GET":
        messages.warning(request, _why_password(user))
    to = reverse(place)
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": to})
    return redirect(to)


def _why_password(user: User) -> str:
    if user.must_change_password:
        return _(
            "Please choose a new password that only you know: the present one was set by somebody else, or you were "
            "asked to change it."
        )
    return _("Your password is too old: please choose a new one.")


def _come_back(request: HttpRequest, user: User) -> HttpResponse | None:
    """To the form that was typed when the session had ended, before any other page."""
    if sessions.HELD not in request.session:
        return None
    found = held.held_for(request.session, user.pk)
    if found is None:
        return None
    if request.method == "POST":
        if request.get_full_path() == found["path"]:
            held.drop(request.session)
        return None
    if "HX-Request" in request.headers or "X-Requested-With" in request.headers:
        return None
    if request.path.startswith(("/accounts/", "/resume/", "/i18n/", "/static/")):
        return None
    return redirect(f"{reverse('people:resume')}?{urlencode({'to': request.get_full_path()})}")
