import secrets

from django.db import models


def new_key() -> str:
    return secrets.token_hex(4)


class Row(models.Model):
    """One row of a table in the proposal.

    `key` stays with the row while it is rewritten, moved and submitted again: comments hang on it, and a
    resubmission shows what changed in it.
    """

    key = models.CharField(max_length=12, default=new_key, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
