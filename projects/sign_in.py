"""The code with which people sign in at an activity, and by what a person is known again without being named.

The code is signed and names the activity and its present key; when it opens something is what the activity's time says,
so that a sheet printed a week before is good on the day and worth nothing afterwards. A new key ends it at once.
"""

import hmac
import secrets

from django.core import signing

from core.identifiers import half_width
from core.strangers import keyed
from projects.models import Activity

SALT = "projects.activity.sign_in"


def new_code(activity: Activity) -> str:
    return signing.dumps([activity.pk, activity.sign_in_key], salt=SALT, compress=True)


def activity_of(code: str) -> Activity | None:
    """The activity that a code belongs to; None when it is not ours or was replaced by a new one."""
    try:
        pk, key = signing.loads(code, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = Activity.objects.filter(pk=pk).select_related("project__call", "project__applicant", "project__community")
    activity = found.first()
    return activity if activity and hmac.compare_digest(activity.sign_in_key, str(key)) else None


def person_key(project_id: int, name: str, phone_tail: str) -> str:
    """Equal for the same name and phone tail in one project; empty without a tail, as two people may share a name."""
    name = "".join(half_width(name).split()).casefold()
    return keyed("person", str(project_id), name, phone_tail) if name and phone_tail else ""


def new_person_key() -> str:
    """Stands for a person whose name is gone: still one person, but nobody can calculate who."""
    return secrets.token_hex(32)
