"""The link of a follow-up: signed, for one question; when it opens is what the question's days say."""

import hmac

from django.core import signing

from projects.models import FollowUp

SALT = "projects.follow_up"


def new_code(asked: FollowUp) -> str:
    return signing.Signer(salt=SALT).sign_object([asked.pk, asked.key])


def follow_up_of(code: str) -> FollowUp | None:
    """The question that a code belongs to; None when it is not ours or was replaced by a new one."""
    try:
        pk, key = signing.Signer(salt=SALT).unsign_object(code)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    related = ("project__call__funder", "project__applicant", "project__community")
    asked = FollowUp.objects.filter(pk=pk, months__isnull=False).select_related(*related).first()
    return asked if asked and hmac.compare_digest(asked.key, str(key)) else None
