"""Invitations: the link opened, taken up, taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.workflow import Refused
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
    return render(request, "people/invitation.html", {"invitation": found, "is_another": is_another})


@login_required
@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A link that went to the wrong person opens nothing any more, and what it gave to somebody else ends."""
    found = get_object_or_404(Invitation.objects.select_related("organization"), pk=pk)
    try:
        actions.withdraw_invitation(found, by=request.user)
        messages.success(request, _("Taken back."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("bureaus:bureau_detail", found.organization_id)
