"""What each of the three administrators may do with the tables in /admin/: said by each app for its own (`open_admin`).

Apart from the permissions of the pages (`people.rules`): those are asked of a thing, and `grants.change_rubric` of a
clerk is not what the system administrator has.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied

from people.models import Office

ALL = "view add change delete"
DEEDS = tuple(f"{deed}_" for deed in ALL.split())
_allowed: dict[str, set[str]] = {office.value: set() for office in Office}


def open_admin(office: Office, app: str, **deeds: str) -> None:
    """`open_admin(Office.SYSTEM, "core", calendarday=ALL, series="view")`."""
    for model, may in deeds.items():
        _allowed[office] |= {f"{app}.{deed}_{model}" for deed in may.split()}


class OfficeBackend(BaseBackend):
    """Answers /admin/ for the three and nobody else; first in the row, so that a page's rule is not asked there."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        office = getattr(user_obj, "office", "")
        if not office or obj is not None or not perm.partition(".")[2].startswith(DEEDS):
            return False
        if perm not in _allowed[office]:
            raise PermissionDenied
        return True

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        office = getattr(user_obj, "office", "")
        return bool(office) and any(perm.startswith(f"{app_label}.") for perm in _allowed[office])
