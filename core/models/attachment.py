import uuid
from typing import cast

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.functional import LazyObject
from django.utils.translation import gettext_lazy as _

from core import clock


class _Private(LazyObject):
    """Whatever the settings name at the moment: a field is made when its module is read, and would keep what it saw."""

    @property
    def _wrapped(self) -> Storage:
        return storages["private"]


def private_storage() -> Storage:
    """Files that no web server reaches; a callable, so that migrations do not freeze a path."""
    return cast(Storage, _Private())


def private_path(attachment: "Attachment", filename: str) -> str:
    """The stored name says nothing: the original name is kept in the row."""
    return f"{attachment.at:%Y/%m}/{attachment.pk}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, obj: models.Model) -> "AttachmentQuerySet":
        """The files that belong to one object, oldest first."""
        kind = ContentType.objects.get_for_model(obj)
        return self.filter(content_type=kind, object_id=obj.pk)


class Attachment(models.Model):
    """A file that somebody handed in with an object; who may see the object may read the file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.BigIntegerField()
    target = GenericForeignKey("content_type", "object_id")
    kind = models.SlugField(_("kind"), max_length=40, blank=True)
    within = models.CharField(max_length=80, blank=True, db_index=True, editable=False)
    """The project (or whatever else) whose files are counted together: `core.files.within_of`."""
    file = models.FileField(_("file"), storage=private_storage, upload_to=private_path)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField(_("uploaded at"), default=clock.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="attachment_of_object")]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
