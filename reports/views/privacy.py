"""About personal data, for everybody and for oneself: the notice, the record of processing, my data, and asking."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.forms import add_refusal
from core.strangers import sender_of
from core.workflow import Refused, advance, disclosed
from people import actions, sessions
from people.models import Consent, DataRequest, PrivacyNotice, User
from reports.forms import OwnRequestForm, StrangersRequestForm
from reports.personal import finding
from reports.personal.register import KINDS
from reports.personal_papers import ends_of, personal_copy, write_processing_record
from reports.personal_papers import processing_record as record_paper
from reports.views.imports import send_workbook
from reports.views.output import PRIVATE, respond


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """隐私说明: what everybody is told, with the ways to one's rights."""
    return _notice(request, PrivacyNotice.objects.shown())


@require_safe
def notice(request: HttpRequest, version: int) -> HttpResponse:
    """An earlier version: whoever agreed to it can read it again."""
    return _notice(request, PrivacyNotice.objects.shown(version))


def _notice(request: HttpRequest, found: PrivacyNotice | None) -> HttpResponse:
    if found is None:
        raise Http404
    context = {"notice": found, "versions": PrivacyNotice.objects.only("version", "changes", "made_at")}
    return render(request, "reports/privacy/notice.html", context)


@require_safe
def processing_record(request: HttpRequest) -> HttpResponse:
    """The record of processing as a page, from the register in the code."""
    return render(request, "reports/privacy/record.html", {"kinds": [(kind, ends_of(kind.key)) for kind in KINDS]})


@require_safe
def record_pdf(request: HttpRequest) -> HttpResponse:
    return respond(record_paper())


@require_safe
def record_xlsx(request: HttpRequest) -> HttpResponseBase:
    return send_workbook(request, f"个人信息处理活动记录-{clock.today():%Y-%m-%d}", write_processing_record)


@login_required
def agree(request: HttpRequest) -> HttpResponse:
    """The notice in force, asked once after each change: read, agree, and go on to where one wanted to go."""
    if request.method == "POST":
        asked = PrivacyNotice.objects.filter(version=_number(request.POST.get("version"))).first()
        if "agreed" not in request.POST:
            messages.error(request, _("Please tick that you have read it, or sign out."))
            return redirect("privacy:agree")
        try:
            actions.agree_to_notice(by=request.user, notice=asked)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("privacy:agree")
        request.session.pop(sessions.MUST_AGREE, None)
        return redirect("people:go_on")
    notice, mine = PrivacyNotice.objects.shown(), Consent.objects.filter(user=request.user)
    is_withdrawn = mine.filter(notice=notice.pk if notice else None).exists()
    context = {"notice": notice, "is_withdrawn": is_withdrawn, "earlier": not is_withdrawn and mine.exists()}
    return render(request, "reports/privacy/agree.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


# -- My data ---------------------------------------------------------------------------------------


@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    """我的信息: what is kept of me, who looked at it, what I agreed to, and what I asked."""
    user = request.user
    context = {
        "sections": finding.numbers_of_user(user),
        "consents": Consent.objects.filter(user=user).select_related("notice"),
        "looks": finding.looks_at(user)[:20],
        "requests": user.data_requests.select_related("funder"),
    }
    return render(request, "reports/privacy/my_data.html", context)


def _about(user: User) -> dict[str, str]:
    return {"name": user.name, "username": user.username, "id": str(user.pk)}


@require_safe
@login_required
def my_data_json(request: HttpRequest) -> HttpResponse:
    """All of it for other programs."""
    user = request.user
    disclosed("my_data", by=user, label=_("Copy of one's own data taken along"), taken=True, person=user.pk)
    text = finding.as_json(
        _about(user),
        finding.of_user(user),
        deeds=[{"noun": noun, "part": part, "number": number} for noun, part, number in finding.mentions(user)],
        looks=[
            {"at": event.at.isoformat(), "who": str(event.actor or ""), "what": event.label}
            for event in finding.looks_at(user)
        ],
    )
    return send_json(text, "-".join([_("My data"), user.username]) + ".json")


@require_safe
@login_required
def my_data_pdf(request: HttpRequest) -> HttpResponse:
    """All of it to read."""
    user = request.user
    disclosed("my_data", by=user, label=_("Copy of one's own data taken along"), taken=True, person=user.pk)
    looks = finding.looks_at(user)
    return respond(personal_copy(str(user), finding.of_user(user), mentions=finding.mentions(user), looks=looks))


def send_json(text: str, filename: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = PRIVATE
    return response


@require_POST
@login_required
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take my consent back: signed out, and asked again at the next sign-in."""
    actions.withdraw_consent(by=request.user)
    logout(request)
    messages.success(request, _("Your consent is taken back and you are signed out. To have data erased, ask for it."))
    return redirect("privacy:latest")


@login_required
def my_request(request: HttpRequest) -> HttpResponse:
    """Ask for a correction, erasure or an explanation; take a request back."""
    if request.method == "POST" and "take_back" in request.POST:
        found = get_object_or_404(request.user.data_requests, pk=_number(request.POST["take_back"]))
        try:
            advance(found, "take_back", by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("privacy:my_data")
    form = OwnRequestForm(request.POST or None, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        known = {"name": str(request.user)[:60], "phone": request.user.phone or "", "email": request.user.email}
        values = known | {"kind": said["kind"], "text": said["text"]}
        made = actions.receive_data_request(said["funder"], by=request.user, own=True, values=values)
        messages.success(request, _received(made))
        return redirect("privacy:my_data")
    return render(request, "reports/privacy/request_form.html", {"form": form, "own": True})


def _received(made: DataRequest) -> str:
    said = {"number": made.number, "day": made.due_on.isoformat()}
    return _("Your request %(number)s is received; it is answered until %(day)s.") % said


# -- Without an account ----------------------------------------------------------------------------


def ask(request: HttpRequest) -> HttpResponse:
    """Ask without an account: a resident, a guardian, next of kin. The link to the answer comes at once."""
    form = StrangersRequestForm(request.POST or None, initial={"relation": "self"})
    if request.method == "POST" and form.is_valid():
        if form.is_trapped:
            return redirect("privacy:latest")
        try:
            made = actions.receive_data_request(
                form.cleaned_data["funder"], by=None, values=form.values, sender=sender_of(request)
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _received(made))
            return redirect(made.get_follow_url())
    return render(request, "reports/privacy/request_form.html", {"form": form, "own": False})


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """How a request stands, for whoever has its link: never what is kept, only the answer."""
    found: Any = get_object_or_404(DataRequest.objects.select_related("funder"), token=token)
    return render(request, "reports/privacy/follow.html", {"asked": found})
