"""Photos of an activity: added with what the people on them agreed to, looked at by whoever may."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import add_refusal
from core.views import given_out
from core.workflow import Refused, permit
from projects.actions import photos
from projects.forms import PhotoForm, PhotosForm
from projects.models import ActivityPhoto
from projects.views.activities import find_activity


@login_required
def photo_add(request: HttpRequest, pk: int) -> HttpResponse:
    activity = find_activity(request, pk)
    permit("projects.plan_delivery", request.user, activity.project)
    form = PhotosForm(request.POST or None, request.FILES or None, instance=ActivityPhoto(activity=activity))
    if request.method == "POST" and form.is_valid():
        try:
            photos.add_photos(activity, by=request.user, files=form.cleaned_data["files"], values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        except ValidationError as error:
            form.add_error("files", error)
        else:
            messages.success(request, _("The photos are kept."))
            return redirect(activity)
    context = {"project": activity.project, "form": form, "heading": _("Add photos"), "submit": _("Keep the photos")}
    lead = _("A photo on which people can be recognised is shown to everybody only if all of them agreed.")
    return render(request, "projects/form.html", context | {"lead": lead, "back": activity})


@login_required
def photo_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something else about a photo, or take it away."""
    seen = ActivityPhoto.objects.visible_to(request.user)
    photo = get_object_or_404(seen.select_related("activity__project__call"), pk=pk)
    permit("projects.plan_delivery", request.user, photo.activity.project)
    form = PhotoForm(request.POST or None, instance=ActivityPhoto.objects.get(pk=pk))
    removes = "remove" in request.POST
    if request.method == "POST" and (removes or form.is_valid()):
        try:
            if removes:
                photos.remove_photo(photo, by=request.user)
            else:
                photos.change_photo(photo, by=request.user, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(photo.activity)
    context = {"photo": photo, "activity": photo.activity, "project": photo.activity.project, "form": form}
    return render(request, "projects/photo_form.html", context)


@require_safe
def photo_image(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture itself: for everybody if it is released, else for the people around the project."""
    photo = get_object_or_404(ActivityPhoto, pk=pk)
    is_public = ActivityPhoto.objects.public().filter(pk=pk).exists()
    if not is_public and not ActivityPhoto.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    return given_out(FileResponse(photo.preview.open("rb"), content_type="image/jpeg"))
