"""Photos of an activity: kept with what the people on them agreed to, shown to everybody only if all did."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.files import attach
from core.models import Attachment
from core.workflow import Refused, record
from people.models import User
from projects.actions.activities import lock
from projects.models import Activity, ActivityPhoto
from projects.pictures import preview

MOST = 40
"""So many photos of one activity: evidence, not an album."""


@transaction.atomic
def add_photos(
    activity: Activity, *, by: User, files: Iterable[UploadedFile], values: Mapping[str, Any]
) -> list[ActivityPhoto]:
    """Keep photos, all with the same answers about the people on them; each can be told apart afterwards."""
    locked = lock(activity, by)
    uploads = list(files)
    if locked.is_cancelled:
        raise Refused(_("This activity is cancelled."))
    if locked.photos.count() + len(uploads) > MOST:
        raise Refused(_("At most %(n)s photos of one activity: please choose the best.") % {"n": MOST})
    _check(values)
    made = []
    for upload in uploads:
        photo = ActivityPhoto(activity=locked, **values)
        photo.preview.save("preview.jpg", preview(upload), save=False)
        photo.save()
        attach(photo, upload, by=by, kind="photo")
        made.append(photo)
    record(locked, "add_photos", by=by, label=_("Photos added: %(n)s") % {"n": len(made)})
    return made


@transaction.atomic
def change_photo(photo: ActivityPhoto, *, by: User, values: Mapping[str, Any]) -> ActivityPhoto:
    """Say something else about a photo: a consent that was withdrawn takes it from the public at once."""
    locked = lock(photo.activity, by)
    _check(values)
    for name, value in values.items():
        setattr(photo, name, value)
    photo.save()
    label = _("Photo shown to everybody") if photo.is_public else _("Photo kept inside")
    record(locked, "change_photo", by=by, label=label, photo=photo.pk)
    return photo


@transaction.atomic
def remove_photo(photo: ActivityPhoto, *, by: User) -> None:
    """Take a photo away altogether, with its files; a recorded activity keeps at least one."""
    locked = lock(photo.activity, by)
    if locked.is_recorded and locked.photos.count() == 1:
        raise Refused(_("A recorded activity keeps at least one photo: add another one first."))
    for attachment in Attachment.objects.of(photo):
        transaction.on_commit(partial(attachment.file.delete, save=False))
        attachment.delete()
    transaction.on_commit(partial(photo.preview.delete, save=False))
    photo.delete()
    record(locked, "remove_photo", by=by, label=_("Photo removed"))


def _check(values: Mapping[str, Any]) -> None:
    """What the database refuses as well, in words."""
    if not values.get("is_public"):
        return
    if values.get("shows_people") and not values.get("has_consent"):
        raise Refused(_("Without the consent of the people on it a photo is not shown to everybody."))
    if values.get("shows_children") and not values.get("faces_hidden"):
        raise Refused(_("Children are made unrecognisable before a photo is shown to everybody."))
