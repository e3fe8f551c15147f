"""Invitations: the link opened, taken up, taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.workflow import Refused, lead_in
from people import actions
from people.models import Invitation


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who is invited to what; whoever has an account takes it up with one button."""
    found = get_object_or_404(Invitation.objects.select_related("organization", "invited_by"), token=token)
    if request.method == "POST":
        if not request.user.is_authenticated:
            raise PermissionDenied
        try:
            actions.accept(found, by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("You work here now."))
            return redirect("inbox")
    is_another = request.user.is_authenticated and not found.is_for(request.user)
    is_good = found.is_open and actions.is_stood_by(found)
    context = {"invitation": found, "is_another": is_another, "is_good": is_good}
    return render(request, "people/invitation.html", context)


@login_required
@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A link that went to the wrong person opens nothing any more, and what it gave to somebody else ends. Whom that
    person has let in meanwhile is said by name."""
    found = get_object_or_404(Invitation.objects.select_related("organization"), pk=pk)
    try:
        ended = actions.withdraw_invitation(found, by=request.user)
        messages.success(request, _("The role is taken back.") if ended.accepted_at else _("The link is taken back."))
        _say_who_came_meanwhile(request, ended)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("bureaus:bureau_detail", found.organization_id)


def _say_who_came_meanwhile(request: HttpRequest, ended: Invitation) -> None:
    if given := actions.given_by(ended):
        people = "、".join(lead_in(one.user) + one.get_role_display() for one in given)
        said = _(
            "Through %(person)s these have roles here and keep them: %(people)s. The security "
            "administrator ends those that should not stay."
        )
        messages.warning(request, said % {"person": ended.accepted_by, "people": people})
