"""What lasts and the indicators, to take out."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe

from core import clock
from projects.indicator_facts import scopes
from projects.views.follow_ups import lasting_calls
from projects.views.indicators import calls_for, chosen_kind
from reports.lasting import write_indicators, write_survival
from reports.pdf import LANGUAGE
from reports.views.imports import send_workbook


@require_safe
@login_required
def survival(request: HttpRequest) -> HttpResponseBase:
    """How many of the funded projects go on, by call."""
    with translation.override(LANGUAGE):
        calls = lasting_calls(request.user)
        return send_workbook(request, f"项目坚持率-{clock.today():%Y-%m-%d}", lambda file: write_survival(calls, file))


@require_safe
@login_required
def indicators(request: HttpRequest) -> HttpResponseBase:
    """Every indicator of every call, district or year."""
    with translation.override(LANGUAGE):
        found = scopes(chosen_kind(request), calls_for(request.user))
        return send_workbook(request, f"指标-{clock.today():%Y-%m-%d}", lambda file: write_indicators(found, file))
