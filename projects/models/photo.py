import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models.attachment import private_storage
from projects.models.activity import SHOWN_WHILE, Activity
from projects.models.project import Project
from projects.models.state import State


def preview_path(photo: "ActivityPhoto", filename: str) -> str:
    """The stored name says nothing."""
    return f"photos/{uuid.uuid4()}.jpg"


class ActivityPhotoQuerySet(models.QuerySet["ActivityPhoto"]):
    def visible_to(self, user) -> "ActivityPhotoQuerySet":
        """Of the projects whose delivery this person may see."""
        return self.filter(activity__project__in=Project.objects.delivery_visible_to(user))

    def public(self) -> "ActivityPhotoQuerySet":
        """What everybody may look at: released, of an activity that residents read of, or of a completed project."""
        shown = Q(activity__is_public=True, activity__project__state__in=[*SHOWN_WHILE, State.COMPLETED])
        return self.filter(shown, is_public=True, activity__state=Activity.State.RECORDED)


class ActivityPhoto(models.Model):
    """A photo of an activity, and whether the people on it agreed to be shown.

    `preview` is smaller and carries nothing but the picture: the larger one is an attachment that only the people
    around the project can open.
    """

    activity = models.ForeignKey(Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="photos")
    preview = models.FileField(storage=private_storage, upload_to=preview_path, editable=False)
    caption = models.CharField(_("what it shows"), max_length=80, blank=True)
    shows_people = models.BooleanField(_("People can be recognised on it"), default=True)
    has_consent = models.BooleanField(_("All of them agreed to be shown"), default=False)
    shows_children = models.BooleanField(_("Children under 14 are on it"), default=False)
    faces_hidden = models.BooleanField(_("Their faces are made unrecognisable"), default=False)
    is_public = models.BooleanField(
        _("Everybody may see it"), default=False, help_text=_("Only without recognisable people, or with their consent")
    )

    objects = ActivityPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [
            models.CheckConstraint(
                name="public_photo_has_consent",
                condition=Q(is_public=False) | Q(shows_people=False) | Q(has_consent=True),
                violation_error_message=_("Without the consent of the people on it a photo is not shown to everybody."),
            ),
            models.CheckConstraint(
                name="children_on_public_photos_are_hidden",
                condition=Q(is_public=False) | Q(shows_children=False) | Q(faces_hidden=True),
                violation_error_message=_("Children are made unrecognisable before a photo is shown to everybody."),
            ),
        ]

    def __str__(self) -> str:
        return self.caption or f"{self.activity} {self.pk}"

    @property
    def project(self) -> Project:
        return self.activity.project
